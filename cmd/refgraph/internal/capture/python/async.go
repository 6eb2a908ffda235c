package python

import (
	"io"
	"sync"
)

// async writes behind the back of who hands it pieces, so that the process does
// not wait for a compressor or a disk. It holds at most ahead pieces.
type async struct {
	queue chan []byte
	done  sync.WaitGroup
	mu    sync.Mutex
	err   error
}

const ahead = 64

func newAsync(w io.Writer) *async {
	a := &async{queue: make(chan []byte, ahead)}
	a.done.Go(func() {
		for b := range a.queue {
			if a.failed() != nil {
				continue
			}
			if _, err := w.Write(b); err != nil {
				a.mu.Lock()
				a.err = err
				a.mu.Unlock()
			}
		}
	})
	return a
}

func (a *async) failed() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}

// Write takes b over: the caller does not use it again.
func (a *async) Write(b []byte) (int, error) {
	if err := a.failed(); err != nil {
		return 0, err
	}
	a.queue <- b
	return len(b), nil
}

// Close waits until all is written.
func (a *async) Close() error {
	close(a.queue)
	a.done.Wait()
	return a.err
}
