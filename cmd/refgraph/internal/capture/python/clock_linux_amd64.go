package python

import "time"

// ticks is the processor's time stamp counter, which code in another process can
// read without a system call.
func ticks() uint64

// ticksIn is about how many ticks a time has.
func ticksIn(d time.Duration) uint64 {
	start, from := time.Now(), ticks()
	time.Sleep(2 * time.Millisecond)
	return uint64(float64(ticks()-from) / float64(time.Since(start)) * float64(d))
}
