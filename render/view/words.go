package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// typeName is what a card is headed with; never empty.
func typeName(n *Node) string {
	if n.Head != "" {
		return n.Head
	}
	if n.Name != "" {
		return n.Name
	}
	return "object of unknown type"
}

func retainWord(n *Node) string {
	if n.Count > 1 {
		return "retain"
	}
	return "retains"
}

func countWord(n int) string {
	if n == 1 {
		return "1 object"
	}
	return Count(n) + " objects"
}

func growthWord(bytes int64) string {
	if bytes < 0 {
		return "−" + Bytes(uint64(-bytes)) + " since the older dump"
	}
	return "+" + Bytes(uint64(bytes)) + " since the older dump"
}

// sizeLine is the small print: `40 B · 0xc000012040`, or for many objects
// `× 100,000 · 64 B each · first 0xc0001a4000`.
func sizeLine(n *Node) string {
	var parts []string
	if n.Count > 1 {
		if n.Kind != TargetNode {
			parts = append(parts, "× "+Count(n.Count))
		}
		each, about := n.Shallow/uint64(n.Count), ""
		if n.Shallow%uint64(n.Count) != 0 {
			about = "about "
		}
		parts = append(parts, about+Bytes(each)+" each")
		if n.Kind == TargetNode {
			parts = append(parts, Bytes(n.Shallow))
		}
	} else {
		parts = append(parts, Bytes(n.Shallow))
	}
	if n.Address != "" {
		if n.Count > 1 {
			parts = append(parts, "first "+n.Address)
		} else {
			parts = append(parts, n.Address)
		}
	}
	if n.Internal {
		parts = append(parts, "internal")
	}
	return strings.Join(parts, " · ")
}

// cardSizes is the small print of a box that is drawn. The address of one of many
// helps nobody there; the tooltip has it.
func cardSizes(n *Node) string {
	if n.Count <= 1 {
		return sizeLine(n)
	}
	bare := *n
	bare.Address = ""
	s := sizeLine(&bare)
	if n.Kind == TargetNode {
		return strings.TrimSuffix(s, " · "+Bytes(n.Shallow)) + ", " + Bytes(n.Shallow) + " in all"
	}
	return s
}

// Tooltip is everything about the node, uncut.
func (v *View) Tooltip(n *Node) string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	switch n.Kind {
	case RootNode:
		if n.Joint {
			add(n.Name + ": " + JointWords)
			break
		}
		add(strings.TrimSpace("GC root: " + strings.TrimSpace(n.Head+" "+n.Name)))
		if n.Count > 1 {
			add(Count(n.Count) + " roots")
		}
	case MoreNode:
		add(moreRows(n)[0].Left.S)
		add(n.Head)
	default:
		add(typeName(n))
		if n.Count > 1 {
			add(countWord(n.Count))
		}
		add("shallow size " + Bytes(n.Shallow))
	}
	if n.Sized {
		add("retained size " + Bytes(n.Retained) + ", " + Percent(Share(n.Retained, v.Total)) + " of the reachable heap")
	}
	add(n.Address)
	add(n.Note)
	return strings.Join(lines, "\n")
}

// EdgeWords is the label of an edge in lines, most important first. A reference
// without a name, as a variable's own, says what it does.
func (v *View) EdgeWords(e *Edge) []string {
	var lines []string
	switch {
	case e.Label != "":
		lines = append(lines, Middle(e.Label, maxLabelLen))
	case v.Frees:
		lines = append(lines, "frees")
	default:
		lines = append(lines, "holds")
	}
	var extra []string
	if e.Count > 1 {
		extra = append(extra, Times(e.Count))
	}
	if e.Kind != graph.Strong {
		extra = append(extra, e.Kind.String())
	}
	if e.Cycle {
		extra = append(extra, "cycle")
	}
	if len(extra) > 0 {
		lines = append(lines, strings.Join(extra, " "))
	}
	if e.Skipped > 0 {
		lines = append(lines, skippedWords(e))
	}
	if e.Suspect {
		lines = append(lines, e.MarkWords())
	}
	return lines
}

// MarkWords is what is written at a reference to cut.
func (e *Edge) MarkWords() string { return cmp.Or(e.Mark, "cut here") }

// skippedWords says how much of a chain is left out, and by which reference.
func skippedWords(e *Edge) string {
	what := Middle(e.Label, maxLabelLen)
	if what == "" || what == "…" {
		what = "steps"
		if e.Skipped == 1 {
			what = "step"
		}
	}
	return "… " + Count(e.Skipped) + " more " + what + " …"
}

// ShortName names a box in a few words.
func (n *Node) ShortName() string {
	switch n.Kind {
	case RootNode:
		return strings.TrimSpace(n.Head + " " + n.Name)
	case MoreNode:
		return Count(n.Count) + " more"
	}
	return typeName(n)
}

func UpperFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 && r[0] >= 'a' && r[0] <= 'z' {
		return strings.ToUpper(string(r[0])) + string(r[1:])
	}
	return s
}

// facts are all lines below the verdict.
func (v *View) facts() []string { return append(slices.Clip(v.Subtitle), v.Findings...) }

// Describe says the picture in words, for the desc of the SVG.
func (v *View) Describe() string {
	var parts []string
	parts = append(parts, UpperFirst(v.Title)+".")
	if v.Verdict != "" {
		parts = append(parts, UpperFirst(v.Verdict)+".")
	}
	for _, s := range v.facts() {
		parts = append(parts, s+".")
	}
	for i := range v.Edges {
		if i == 40 {
			parts = append(parts, Count(len(v.Edges)-i)+" more references.")
			break
		}
		e := &v.Edges[i]
		parts = append(parts, v.Nodes[e.From].ShortName()+" holds "+v.Nodes[e.To].ShortName()+v.viaWords(e)+".")
	}
	for _, s := range v.LeftOut {
		parts = append(parts, "Left out: "+s+".")
	}
	return strings.Join(parts, " ")
}

func (v *View) viaWords(e *Edge) string {
	if w := v.EdgeWords(e); e.Label != "" {
		return " by " + strings.Join(w, ", ")
	}
	return ""
}

// footnotes are the fineprint and what the words in it mean that a legend would
// explain, for formats without one.
func (v *View) footnotes() []string {
	for i := range v.Edges {
		if v.Edges[i].Kind == graph.Pooled {
			return append([]string{graph.Pooled.String() + ": " + lang.Pools}, v.Fineprint()...)
		}
	}
	return v.Fineprint()
}

// Fineprint says what is not shown.
func (v *View) Fineprint() []string {
	var lines []string
	if v.Turns > 0 {
		lines = append(lines, Count(v.Turns)+" boxes, one holding the next: the rows are read to the right and back in turns, along the arrows")
	}
	if len(v.LeftOut) > 0 {
		s := "left out: "
		for i, l := range v.LeftOut {
			if i > 0 {
				s += " · "
			}
			s += l
		}
		lines = append(lines, s)
	}
	if v.Hidden {
		lines = append(lines, "keys and values are hidden (--values shows them)")
	}
	return lines
}

// JointWords says what it means that several hold something.
const JointWords = "no single root frees this"

// PooledWords says how long a pool retains.
const PooledWords = lang.Pools
