package view_test

import (
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
)

func TestVerdict(t *testing.T) {
	field := func(holder, ref string, refs int, alone uint64) ask.CutPlace {
		return ask.CutPlace{Kind: "field", Holder: holder, Reference: ref, Name: holder + ref, References: refs, AloneFrees: alone}
	}
	for _, c := range []struct {
		cut      ask.Cut
		retained uint64
		want     string
	}{
		{ask.Cut{}, 0, ""},
		{ask.Cut{Alive: 40719, Held: 2, Places: []ask.CutPlace{field("tsdb.stripeSeries", ".series[…]", 40719, 0), field("tsdb.stripeSeries", ".hashes[…]", 40719, 0)}, FreesBytes: 20866662, Verified: true, LeastCost: true},
			0, "cut both: .series[…] and .hashes[…] of tsdb.stripeSeries → frees 19.9 MiB, verified; either alone frees nothing"},
		{ask.Cut{Alive: 20000, Held: 1, Places: []ask.CutPlace{{Kind: "threads", Holder: "goroutines main.(*srv).Watch", Threads: 20000}}, FreesBytes: 40580000, Verified: true, LeastCost: true, Stays: 12},
			0, "end the 20,000 goroutines main.(*srv).Watch → frees 38.7 MiB, verified; 12 of 20,000 stay"},
		{ask.Cut{Alive: 1428, Held: 2, Places: []ask.CutPlace{field("module fl", `.OPEN["…"]`, 1427, 103809024)}, Rest: []ask.CutPlace{{Name: "module fl.s"}}, FreesBytes: 103809024, Verified: true, LeastCost: true, Stays: 1},
			0, `cut .OPEN["…"] of module fl (1,427 references) → frees 99.0 MiB, verified; 1 of 1,428 stays (module fl.s)`},
		{ask.Cut{Alive: 300, Held: 667, Many: true, Places: make([]ask.CutPlace, 6), FreesTargets: 6, Stays: 294}, 0, "no small cut: held at 667 places; 6 of them free 6 of 300"},
		{ask.Cut{Alive: 600026, Held: 24, Many: true, Places: []ask.CutPlace{field("static Main.PAGES", "[…]", 600000, 0)}, FreesTargets: 600000, Stays: 26},
			0, "no small cut: held at 24 places; one of them, static Main.PAGES[…], frees 600,000 of 600,026"},
		{ask.Cut{Alive: 1, Held: 13, Places: make([]ask.CutPlace, 6)}, 0, "held at 13 places: a long-lived object, no cut to offer"},
		{ask.Cut{Alive: 3, Held: 1, Places: []ask.CutPlace{{Kind: "variable", Holder: "stack of main.f", Conservative: true}}, Verified: true}, 0, "only words that look like pointers hold them: stack of main.f. No leak by itself"},
		{ask.Cut{Alive: 5, Held: 1, Places: []ask.CutPlace{field("global main.m", `["…"]`, 5, 4096)}, FreesBytes: 4096, Verified: true}, 1024,
			`cut global main.m["…"] (5 references) → frees 4.0 KiB, of which 1.0 KiB are theirs, verified (there may be a cheaper one)`},
		{ask.Cut{Alive: 5}, 0, "only the runtime's own account of its threads holds them: it lets go when they end"},
		{ask.Cut{Alive: 5, Account: "goroutines"}, 0, "only the runtime's own account of goroutines holds them: it lets go when they end"},
	} {
		if got := view.Verdict(&c.cut, c.retained); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
