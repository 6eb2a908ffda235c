package graph

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Parallel calls do(0) to do(n-1) on several goroutines (0 means one for each
// core), each at most once, in rising order of start. It returns the first
// error, or the context's, and starts no call after it. Calls are guarded; see
// [Guard].
func Parallel(ctx context.Context, n, workers int, do func(i int) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var (
		next atomic.Int64
		once sync.Once
		fail error
		stop atomic.Bool
		wg   sync.WaitGroup
	)
	set := func(err error) {
		once.Do(func() { fail = err })
		stop.Store(true)
	}
	for range min(workers, n) {
		wg.Go(func() {
			if err := Guard(func() error {
				for !stop.Load() {
					i := int(next.Add(1)) - 1
					if i >= n {
						break
					}
					if err := ctx.Err(); err != nil {
						return err
					}
					if err := do(i); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				set(err)
			}
		})
	}
	wg.Wait()
	return fail
}
