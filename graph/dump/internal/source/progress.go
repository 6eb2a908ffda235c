package source

import (
	"sync"
	"time"
)

// progress calls a callback a few times a second at the most.
type progress struct {
	mu   sync.Mutex
	last time.Time
}

func (p *progress) report(call func(Progress), now Progress) {
	if call == nil || !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if t := time.Now(); t.Sub(p.last) > 100*time.Millisecond || now.Done == now.Total {
		p.last = t
		call(now)
	}
}
