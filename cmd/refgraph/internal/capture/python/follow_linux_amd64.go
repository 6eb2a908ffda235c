package python

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// follow reads what the process itself writes, piece by piece. It waits for each to
// be taken, so refgraph is quick. Cancelled, it lets the process's code give up.
func (s *session) follow(ctx context.Context) error {
	var problem error
	pause := 20 * time.Microsecond
	for {
		served, err := s.get(sServed)
		if err != nil {
			return fmt.Errorf("process %d ended", s.p.PID)
		}
		full, err := s.get(sFull)
		if err != nil {
			return err
		}
		switch {
		case full == fullQuestion && problem == nil:
			problem = s.answer()
			pause = 20 * time.Microsecond
		case full == fullPiece && problem == nil:
			at, err1 := s.get(sPiece)
			n, err2 := s.get(sPieceLen)
			if problem = errors.Join(err1, err2); problem == nil {
				problem = s.take(s.t.mem, at, n)
			}
			if problem == nil {
				problem = s.set(sFull, 0)
			}
			pause = 20 * time.Microsecond
		case served == 1:
			if result, _ := s.get(sResult); problem == nil && result != 1 {
				problem = &capture.Refusal{Why: "no Python code can run in the process", Advice: "it may have an audit hook that forbids it, or no memory; the process runs on unharmed"}
			}
			return problem
		}
		if problem == nil && ctx.Err() != nil {
			problem = context.Cause(ctx)
		}
		if problem != nil {
			err = s.set(sDeadline, 0)
		} else {
			err = s.alive()
		}
		if err != nil {
			return err
		}
		time.Sleep(pause)
		pause = min(pause*2, 500*time.Microsecond)
	}
}
