package suspect

import (
	"context"
	"fmt"
	"time"
)

const (
	// minGrown is how many elements more, and growShare how much of the old
	// number, is suspect.
	minGrown  = 100
	growShare = 0.2
)

// growth compares collections with those of the older dump, by fingerprint.
func growth(ctx context.Context, h *Heap) ([]Suspect, error) {
	if h.Older == nil {
		return nil, nil
	}
	before, err := h.Older.sizes(ctx)
	if err != nil {
		return nil, err
	}
	list, err := h.holdings(ctx)
	if err != nil {
		return nil, err
	}
	var out []Suspect
	for _, x := range list {
		if x.retained < minBytes || x.elements < minGrown {
			continue
		}
		s := h.held(x)
		old, known := before[s.Fingerprint]
		more := s.Elements - old.Elements
		if !known || more < minGrown || float64(more) < growShare*float64(old.Elements) {
			continue
		}
		s.grown = s.Retained - min(s.Retained, old.Retained)
		s.Reason = fmt.Sprintf("grew from %s to %s%s: %s", count(old.Elements), count(s.Elements), h.since(more), s.Reason)
		out = append(out, s)
	}
	return out, ctx.Err()
}

// since says since when, and how fast, where the dumps say when they were taken.
func (h *Heap) since(more int) string {
	older, now := h.Older.Graph.Info().Taken, h.Graph.Info().Taken
	took := now.Sub(older)
	if older.IsZero() || took < time.Second {
		return " since the older dump"
	}
	return fmt.Sprintf(" in %s, %s an hour", took.Round(time.Second), count(int(float64(more)/took.Hours())))
}

// sizes returns the collections of a heap by fingerprint.
func (h *Heap) sizes(ctx context.Context) (map[string]Suspect, error) {
	list, err := h.holdings(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Suspect, len(list))
	for _, x := range list {
		s := h.held(x)
		out[s.Fingerprint] = s
	}
	return out, nil
}
