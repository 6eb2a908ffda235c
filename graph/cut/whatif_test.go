package cut

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/graphtest"
)

// TestWhatIf recounts what random sets of places free, and that what is said to
// hold the rest does.
func TestWhatIf(t *testing.T) {
	seeds(t, 2000, func(seed uint64, rng *rand.Rand) {
		g := randomHeap(rng)
		p := prepare(t, g, randomTargets(rng, g)...)
		sl := p.slice(t, nil)
		a, err := sl.Cut(context.Background(), p.dom)
		must(err)
		names := sl.Places()
		if a.Alive == 0 || len(names) == 0 {
			return
		}
		asked := names[:1+rng.IntN(len(names))]
		w, err := sl.WhatIf(context.Background(), asked)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		o := newOracle(sl.s)
		var around []placeID
		for id := range sl.s.places {
			if sl.s.places[id].free || slices.Contains(asked, sl.s.name(placeID(id))) {
				around = append(around, placeID(id))
			}
		}
		objects, bytes, alive := o.count(o.alive())
		left, leftBytes, stay := o.count(o.alive(around...))
		if w.FreesObjects != objects-left || w.FreesBytes != bytes-leftBytes || w.Stays != stay || w.FreesTargets != alive-stay {
			t.Fatalf("seed %d: %+v, naive %d objects %d bytes %d stay", seed, w, objects-left, bytes-leftBytes, stay)
		}
		for _, p := range w.Through {
			around = append(around, p.ids...)
		}
		if _, _, stay := o.count(o.alive(around...)); len(w.Through) < maxShown && stay > 0 || w.Stays > 0 && len(w.Through) == 0 {
			t.Fatalf("seed %d: %d stay though %+v are cut too", seed, stay, w.Through)
		}
	})
}

func TestWhatIfWords(t *testing.T) {
	p := graphtest.Parse(t, `@main.s>Z Z=main.Stripe Z.series>A A=map[x]y! Z.hashes>B B=map[x]y! `+repeat(100, `A["a"]>S%d B["a"]>S%d S%d=main.S/10`))
	pr := prepare(t, p.Graph, p.ID("S1"), p.ID("S2"))
	sl := pr.slice(t, nil)
	_, err := sl.Cut(context.Background(), pr.dom)
	must(err)
	w, err := sl.WhatIf(context.Background(), []string{`main.Stripe.series["..."]`})
	must(err)
	if w.FreesTargets != 0 || w.FreesBytes != 0 || w.Stays != 2 || len(w.Through) != 1 || w.Through[0].Name != `main.Stripe.hashes["…"]` {
		t.Errorf("%+v", w)
	}
	_, err = sl.WhatIf(context.Background(), []string{"main.Stripe.serie"})
	var unknown *UnknownPlaceError
	if !errors.As(err, &unknown) || !strings.Contains(strings.Join(unknown.Near, " "), "series") {
		t.Errorf("%v", err)
	}
}
