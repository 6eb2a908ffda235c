package diff

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/suspect"
)

// Amount is how much of something one dump has.
type Amount struct {
	Count    int
	Bytes    uint64 // shallow
	Retained uint64 // bytes
}

// Row is one thing in both dumps.
type Row struct {
	Name     string // of the type or site; the fingerprint of a suspect
	Alias    string // the type that a suspect is about
	Old, New Amount
}

// Grown is how many objects, and how many bytes and retained bytes, there are
// more than before; negative if there are fewer.
func (r Row) Grown() (objects int, bytes, retained int64) {
	return r.New.Count - r.Old.Count, int64(r.New.Bytes - r.Old.Bytes), int64(r.New.Retained - r.Old.Retained)
}

// Report is the comparison of two dumps. All rows are sorted by growth in
// bytes, most first, then by name.
type Report struct {
	Total    Row
	Types    []Row
	Suspects []Row // Bytes is what they retain, as Retained
	Sites    []Row
}

// Compare compares two dumps by type.
func Compare(ctx context.Context, old, new *dominator.Tree) (*Report, error) {
	r := &Report{Total: Row{Name: "all objects"}}
	rows := map[string]*Row{}
	for side, t := range []*dominator.Tree{old, new} {
		h, err := histogram.CountRetained(ctx, t, t.Reachable)
		if err != nil {
			return nil, err
		}
		for _, x := range h.Rows {
			row := rows[x.Name]
			if row == nil {
				row = &Row{Name: x.Name}
				rows[x.Name] = row
			}
			a := row.side(side)
			a.Count += x.Count
			a.Bytes += x.Shallow
			a.Retained += x.Retained
		}
		*r.Total.side(side) = Amount{h.Objects, h.Bytes, h.Bytes}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	r.Types = sorted(rows)
	return r, nil
}

// side is the amount in the old dump (0) or the new one (1).
func (r *Row) side(i int) *Amount {
	if i == 0 {
		return &r.Old
	}
	return &r.New
}

func sorted(rows map[string]*Row) []Row {
	list := make([]Row, 0, len(rows))
	for _, r := range rows {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Row) int {
		_, x, _ := a.Grown()
		_, y, _ := b.Grown()
		return cmp.Or(cmp.Compare(y, x), strings.Compare(a.Name, b.Name))
	})
	return list
}

// AddSuspects adds the leak suspects of both dumps. Equal fingerprints are one
// row; its count is the elements that have come together.
func (r *Report) AddSuspects(old, new []suspect.Suspect) {
	rows := map[string]*Row{}
	for side, list := range [][]suspect.Suspect{old, new} {
		for _, s := range list {
			row := rows[s.Fingerprint]
			if row == nil {
				row = &Row{Name: s.Fingerprint, Alias: cmp.Or(s.ElementType, s.Type)}
				rows[s.Fingerprint] = row
			}
			a := row.side(side)
			a.Count += max(s.Elements, s.Count)
			a.Bytes += s.Retained
			a.Retained += s.Retained
		}
	}
	r.Suspects = sorted(rows)
}

// AddSites adds what each allocation site allocated, by the site's name.
func (r *Report) AddSites(old, new map[string]Amount) {
	rows := map[string]*Row{}
	for side, sites := range []map[string]Amount{old, new} {
		for name, a := range sites {
			if rows[name] == nil {
				rows[name] = &Row{Name: name}
			}
			*rows[name].side(side) = a
		}
	}
	r.Sites = sorted(rows)
}

// sameProcess is the least part of the new dump's objects that must be in the
// old one for the dumps to be of one process.
const sameProcess = 0.05

// Added returns the reachable objects of the new dump that the old one does not
// have: nothing of their type was at their address. ok is false where that
// cannot be told, because the runtime moves objects or the dumps are of two
// processes. It costs two address lookups an object.
func Added(ctx context.Context, old, new *dominator.Tree) (added graph.Bitset, ok bool, err error) {
	og, ng := old.Graph(), new.Graph()
	if lang.Of(ng).Moves {
		return nil, false, nil
	}
	type pair struct{ old, new graph.TypeID }
	same := map[pair]bool{}
	added = graph.NewBitset(ng.Len())
	kept := 0
	for i, n := range new.Order() {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		if was, found := og.Find(ng.Address(n)); found && old.Reachable(was) {
			p := pair{og.Type(was), ng.Type(n)}
			equal, known := same[p]
			if !known {
				equal = og.Types().Name(p.old) == ng.Types().Name(p.new)
				same[p] = equal
			}
			if equal {
				kept++
				continue
			}
		}
		added.Add(n)
	}
	objects, _ := new.Total()
	return added, float64(kept) >= sameProcess*float64(objects), nil
}
