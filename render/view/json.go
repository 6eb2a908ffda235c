package view

import (
	"encoding/json"
	"io"
)

type (
	// Form is the JSON form of a View, the contract of `backrefs --json` and
	// `refs --json`: sizes in bytes, addresses as "0x…" strings. Boxes are in the
	// View's order and references name them by index.
	Form struct {
		Title      string     `json:"title"`
		Verdict    string     `json:"verdict,omitempty"`
		Subtitle   []string   `json:"subtitle"`
		Runtime    string     `json:"runtime"`
		TotalBytes uint64     `json:"reachable_bytes"`
		Nodes      []FormNode `json:"nodes"`
		References []FormEdge `json:"references"`
		LeftOut    []string   `json:"left_out"`
		Hidden     bool       `json:"values_hidden"`
	}
	// FormNode is the JSON form of a Node.
	FormNode struct {
		Kind          string  `json:"kind"`
		ID            string  `json:"id"`
		Type          string  `json:"type,omitempty"`
		RootKind      string  `json:"root_kind,omitempty"`
		Name          string  `json:"name,omitempty"`
		Note          string  `json:"note,omitempty"`
		Count         int     `json:"count"`
		ShallowBytes  uint64  `json:"shallow_bytes"`
		RetainedBytes *uint64 `json:"retained_bytes,omitempty"`
		Object        string  `json:"object,omitempty"`
		Value         string  `json:"value,omitempty"`
		Suspect       bool    `json:"suspect,omitempty"`
		Held          bool    `json:"held_by_target,omitempty"`
		Internal      bool    `json:"internal,omitempty"`
		GrowthBytes   int64   `json:"growth_bytes,omitempty"`
	}
	// FormEdge is the JSON form of an Edge.
	FormEdge struct {
		From          int    `json:"from"`
		To            int    `json:"to"`
		Name          string `json:"name"`
		Kind          string `json:"kind"`
		Count         int    `json:"count"`
		RetainedBytes uint64 `json:"retained_bytes"`
		Cycle         bool   `json:"cycle,omitempty"`
		Suspect       bool   `json:"suspect,omitempty"`
		Mark          string `json:"mark,omitempty"`
		SkippedSteps  int    `json:"skipped_steps,omitempty"`
	}
)

var nodeKinds = map[NodeKind]string{ObjectNode: "object", RootNode: "root", TargetNode: "target", MoreNode: "more"}

// JSON writes v for programs: everything in it, cleaned and redacted but
// neither trimmed nor shortened.
func JSON(w io.Writer, v *View, opts *Options) error {
	o := opts.OrDefault()
	v = cleanView(v, o.Redact)
	out := Form{Title: v.Title, Verdict: v.Verdict, Subtitle: orEmpty(v.Subtitle), Runtime: string(v.Runtime), TotalBytes: v.Total,
		Nodes: []FormNode{}, References: []FormEdge{}, LeftOut: orEmpty(v.LeftOut), Hidden: v.Hidden}
	for i := range v.Nodes {
		out.Nodes = append(out.Nodes, newJSONNode(&v.Nodes[i]))
	}
	for _, e := range v.Edges {
		out.References = append(out.References, FormEdge{e.From, e.To, e.Label, e.Kind.String(), max(1, e.Count), e.Retained, e.Cycle, e.Suspect, e.Mark, e.Skipped})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func newJSONNode(n *Node) FormNode {
	j := FormNode{Kind: nodeKinds[n.Kind], ID: n.ID, Name: n.Name, Note: n.Note, Count: max(1, n.Count), ShallowBytes: n.Shallow,
		Object: n.Address, Value: n.Value, Suspect: n.Emphasis, Held: n.Held, Internal: n.Internal, GrowthBytes: n.Growth}
	if n.Kind == RootNode {
		j.RootKind = n.Head
	} else {
		j.Type = n.Head
	}
	if n.Sized {
		j.RetainedBytes = &n.Retained
	}
	return j
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
