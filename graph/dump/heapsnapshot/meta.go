package heapsnapshot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// maxMeta is the longest description of a snapshot that is read, in bytes.
const maxMeta = 1 << 20

// maxFields is the most numbers that a node, an edge or a location may have.
const maxFields = 16

// Match reports whether a file starts as a snapshot does.
func Match(head []byte) bool {
	for _, want := range []string{"{", `"snapshot"`, ":", "{"} {
		head = bytes.TrimLeft(head, " \t\r\n\ufeff")
		if !bytes.HasPrefix(head, []byte(want)) {
			return false
		}
		head = head[len(want):]
	}
	head, _, _ = bytes.Cut(head, []byte(`"nodes"`))
	return bytes.Contains(head, []byte("node_fields")) || bytes.Contains(head, []byte(`"meta"`))
}

// snapshot is the value of a file's first key.
type snapshot struct {
	Meta        meta    `json:"meta"`
	NodeCount   float64 `json:"node_count"`
	EdgeCount   float64 `json:"edge_count"`
	TraceCount  float64 `json:"trace_function_count"`
	NativeBytes float64 `json:"extra_native_bytes"`
	Title       string  `json:"title"`
}

type meta struct {
	NodeFields     []string          `json:"node_fields"`
	NodeTypes      []json.RawMessage `json:"node_types"`
	EdgeFields     []string          `json:"edge_fields"`
	EdgeTypes      []json.RawMessage `json:"edge_types"`
	LocationFields []string          `json:"location_fields"`
	TraceNode      []string          `json:"trace_node_fields"`
	TraceFunction  []string          `json:"trace_function_info_fields"`
}

// layout is where the fields of nodes, edges and locations are, by their names; -1
// for what a file does not have.
type layout struct {
	nodeLen, nodeType, nodeName, nodeID, nodeSize, nodeEdges, nodeDetached, nodeTrace int
	edgeLen, edgeType, edgeName, edgeTo                                               int
	locLen, locNode, locScript, locScriptNode, locLine                                int

	nodeKinds []nodeKind // by the number in the file
	edgeKinds []edgeKind
	julia     *julia // nil if the file is V8's
}

// nodeKind and edgeKind are the types of nodes and edges under numbers of our own:
// files may number them differently.
type nodeKind uint8

const (
	nodeOther nodeKind = iota
	nodeHidden
	nodeArray
	nodeString
	nodeObject
	nodeCode
	nodeClosure
	nodeRegexp
	nodeNumber
	nodeNative
	nodeSynthetic
	nodeCons
	nodeSliced
	nodeSymbol
	nodeBigint
	nodeShape
	nodeWasm
	nodeDataType // these are Julia's
	nodeModule
	nodeBinding
)

var nodeKindNames = [...]string{nodeHidden: "hidden", nodeArray: "array", nodeString: "string", nodeObject: "object", nodeCode: "code",
	nodeClosure: "closure", nodeRegexp: "regexp", nodeNumber: "number", nodeNative: "native", nodeSynthetic: "synthetic",
	nodeCons: "concatenated string", nodeSliced: "sliced string", nodeSymbol: "symbol", nodeBigint: "bigint", nodeShape: "object shape", nodeWasm: "wasm object"}

type edgeKind uint8

const (
	edgeInternal edgeKind = iota // also what is of no known kind
	edgeContext
	edgeElement
	edgeProperty
	edgeHidden
	edgeShortcut
	edgeWeak
)

var edgeKindNames = [...]string{edgeInternal: "internal", edgeContext: "context", edgeElement: "element", edgeProperty: "property",
	edgeHidden: "hidden", edgeShortcut: "shortcut", edgeWeak: "weak"}

// layout finds the fields; the error says what is missing.
func (m *meta) layout() (*layout, error) {
	field := func(list []string, name string) int { return slices.Index(list, name) }
	l := &layout{
		nodeLen: len(m.NodeFields), nodeType: field(m.NodeFields, "type"), nodeName: field(m.NodeFields, "name"), nodeID: field(m.NodeFields, "id"),
		nodeSize: field(m.NodeFields, "self_size"), nodeEdges: field(m.NodeFields, "edge_count"), nodeDetached: field(m.NodeFields, "detachedness"),
		nodeTrace: field(m.NodeFields, "trace_node_id"),
		edgeLen:   len(m.EdgeFields), edgeType: field(m.EdgeFields, "type"), edgeName: field(m.EdgeFields, "name_or_index"), edgeTo: field(m.EdgeFields, "to_node"),
		locLen: len(m.LocationFields), locNode: field(m.LocationFields, "object_index"), locScript: field(m.LocationFields, "script_id"),
		locScriptNode: field(m.LocationFields, "script_object_index"), locLine: field(m.LocationFields, "line"),
	}
	for name, at := range map[string]int{"type": l.nodeType, "name": l.nodeName, "id": l.nodeID, "self_size": l.nodeSize, "edge_count": l.nodeEdges} {
		if at < 0 {
			return nil, fmt.Errorf("node_fields has no %s", name)
		}
	}
	for name, at := range map[string]int{"type": l.edgeType, "name_or_index": l.edgeName, "to_node": l.edgeTo} {
		if at < 0 {
			return nil, fmt.Errorf("edge_fields has no %s", name)
		}
	}
	if max(l.nodeLen, l.edgeLen, l.locLen) > maxFields {
		return nil, fmt.Errorf("more than %d fields", maxFields)
	}
	types := enum(m.NodeTypes, l.nodeType)
	for _, name := range types {
		l.nodeKinds = append(l.nodeKinds, nodeKind(max(0, slices.Index(nodeKindNames[:], name))))
	}
	if l.julia = juliaOf(types); l.julia != nil {
		l.nodeKinds = l.julia.kinds()
	}
	for _, name := range enum(m.EdgeTypes, l.edgeType) {
		l.edgeKinds = append(l.edgeKinds, edgeKind(max(0, slices.Index(edgeKindNames[:], name))))
	}
	if len(l.nodeKinds) == 0 || len(l.edgeKinds) == 0 {
		return nil, fmt.Errorf("node_types or edge_types has no list of types")
	}
	return l, nil
}

// enum is the list of type names at a position of node_types or edge_types.
func enum(list []json.RawMessage, at int) (names []string) {
	if at < len(list) {
		_ = json.Unmarshal(list[at], &names) // what is no list has no names
	}
	return names
}

func (l *layout) nodeKind(v uint64) nodeKind {
	if v < uint64(len(l.nodeKinds)) {
		return l.nodeKinds[v]
	}
	return nodeOther
}

func (l *layout) edgeKind(v uint64) edgeKind {
	if v < uint64(len(l.edgeKinds)) {
		return l.edgeKinds[v]
	}
	return edgeInternal
}
