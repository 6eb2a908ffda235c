package python

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// file is a scanned dump.
type file struct {
	src      *source.Source
	header   *header
	types    [][2]string // module and qualified name
	shapes   []shape
	roots    []root
	names    []idText // attribute names
	notes    []idText
	sites    [][]sites.Frame // innermost frame first; site 0 is none
	batches  []batch
	objects  int
	end      *end
	held     held
	warnings []graph.Warning

	fileNames map[string]string // of sites
}

type header struct {
	Version     int         `json:"version"`
	Python      string      `json:"python"`
	HexVersion  uint32      `json:"hexversion"`
	PID         int         `json:"pid"`
	Time        int64       `json:"time"`
	Platform    string      `json:"platform"`
	Program     string      `json:"program"`
	PointerSize int         `json:"pointer_size"`
	Overhead    int64       `json:"overhead"`
	Values      bool        `json:"values"`
	Forked      bool        `json:"forked"`
	Sites       bool        `json:"sites"`
	Own         []uint64    `json:"own"`
	Holds       [][2]uint64 `json:"holds"`
}

type end struct {
	Objects    int64    `json:"objects"`
	References int64    `json:"references"`
	Own        []uint64 `json:"own"` // more of the dumper's own objects
}

type root struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	ID       uint64 `json:"id"`
	Origin   string `json:"origin"`
	Thread   string `json:"thread"`
	Module   string `json:"module"`
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// held is the process's memory in bytes; 0 is unknown.
type held struct {
	Resident uint64 `json:"resident"`
	Peak     uint64 `json:"peak"`
	Files    uint64 `json:"files"`  // of Resident: mapped files
	Shared   uint64 `json:"shared"` // of Resident: shared memory
	Arenas   uint64 `json:"arenas"` // of the allocator of small objects
	Blocks   uint64 `json:"blocks"` // of those in use
}

func (h held) process() graph.Process {
	p := graph.Process{Resident: h.Resident, Peak: h.Peak, Counted: "by the kernel", Rest: "native memory, which no Python object accounts for"}
	if h.Arenas == 0 {
		p.Rest = "native memory, which no Python object accounts for, and free blocks of Python's allocator"
	}
	p.Add("free blocks of Python's allocator", h.Arenas-min(h.Arenas, h.Blocks))
	p.Add(graph.PartFiles, h.Files)
	p.Add("shared memory", h.Shared) // last: a mapping may be an object of the dump
	return p
}

// shape says how the references of an object are named: the first ones one by
// one, the rest as the items of a container.
type shape struct {
	Refs []label `json:"refs"`
	Tail string  `json:"tail"` // "", "seq", "set" or "dict"
}

// label names one reference. In JSON it is the name, or a list of a kind and
// what that needs.
type label struct {
	kind  string // "" strong, "weak", "dict" the attributes, "closure" the captured cells
	name  string
	cells []string // names of the captured variables
}

func (l *label) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &l.name) == nil {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil || len(list) == 0 {
		return fmt.Errorf("label %.40q", data)
	}
	if err := json.Unmarshal(list[0], &l.kind); err != nil {
		return err
	}
	switch {
	case l.kind == "weak" && len(list) == 2:
		return json.Unmarshal(list[1], &l.name)
	case l.kind == "closure" && len(list) == 2:
		return json.Unmarshal(list[1], &l.cells)
	case l.kind == "dict" && len(list) == 1:
		return nil
	}
	return fmt.Errorf("label of unknown kind %.40q", l.kind)
}

// idText is [id, "text"].
type idText struct {
	ID   uint64
	Text string
}

func (x *idText) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) != 2 {
		return fmt.Errorf("%d entries, want id and text", len(list))
	}
	if err := json.Unmarshal(list[0], &x.ID); err != nil {
		return err
	}
	return json.Unmarshal(list[1], &x.Text)
}

// record takes in one record. Unknown tags are skipped: later versions may add
// records that this one can do without.
func (f *file) record(tag byte, p []byte, off int64) error {
	if f.header == nil && tag != 'H' {
		return f.src.Errorf(off, "the first record is not the header")
	}
	if err := f.charge(tag, p); err != nil {
		return err
	}
	var err error
	switch tag {
	case 'H':
		if err = json.Unmarshal(p, &f.header); err == nil && f.header != nil && f.header.Version > version {
			return f.src.Errorf(off, "version %d of the format; this refgraph reads up to %d: update it", f.header.Version, version)
		}
		if err == nil && f.header == nil {
			return f.src.Errorf(off, "empty header")
		}
	case 'T':
		var t [2]string
		err = json.Unmarshal(p, &t)
		f.types = append(f.types, t)
	case 'S':
		var s shape
		err = json.Unmarshal(p, &s)
		f.shapes = append(f.shapes, s)
	case 'R':
		err = appendJSON(p, &f.roots)
	case 'N':
		err = appendJSON(p, &f.names)
	case 'D':
		err = appendJSON(p, &f.notes)
	case 'L':
		err = f.site(p)
	case 'W':
		err = f.warned(p)
	case 'P':
		err = json.Unmarshal(p, &f.held) // over what was there
	case 'E':
		err = json.Unmarshal(p, &f.end)
	case 'B':
		return f.batch(p, off)
	}
	if err != nil {
		return &source.SyntaxError{File: f.src.Name, Offset: off, What: fmt.Sprintf("damaged %c record", tag), Err: err}
	}
	return nil
}

func appendJSON[T any](p []byte, to *[]T) error {
	var list []T
	err := json.Unmarshal(p, &list)
	*to = append(*to, list...)
	return err
}

func (f *file) site(p []byte) error {
	var list []sites.Frame
	err := json.Unmarshal(p, &list)
	for i := range list { // one copy of each file's name
		name, ok := f.fileNames[list[i].File]
		if !ok {
			name = list[i].File
			f.fileNames[name] = name
		}
		list[i].File = name
	}
	f.sites = append(f.sites, list)
	return err
}

func (f *file) warned(p []byte) error {
	var texts []string
	err := json.Unmarshal(p, &texts)
	for _, t := range texts {
		f.warnings = append(f.warnings, graph.Warning{Offset: -1, What: t})
	}
	return err
}

// batch takes in a batch. Types and shapes come before the batches that use
// them.
func (f *file) batch(p []byte, off int64) error {
	b, wrong := parseBatch(p)
	switch {
	case wrong != "":
		return f.src.Errorf(off, "%s", wrong)
	case int64(b.typ) >= int64(len(f.types)):
		return f.src.Errorf(off, "batch of type %d of %d", b.typ, len(f.types))
	}
	for i := range b.n {
		if s := b.shapeOf(i); int64(s) >= int64(len(f.shapes)) {
			return f.src.Errorf(off, "object of shape %d of %d", s, len(f.shapes))
		}
		if b.flags&manyShapes == 0 {
			break
		}
	}
	if f.objects+b.n > graph.MaxNodes {
		return graph.ErrTooManyObjects
	}
	if int64(f.objects+b.n) > f.src.Data/8 { // an object takes more
		return f.src.Errorf(off, "a batch of %d objects in a hole of the file", b.n)
	}
	b.start = f.objects
	f.objects += b.n
	f.batches = append(f.batches, b)
	return nil
}

// object finds the batch of an object by its number in the file, and its place
// there.
func (f *file) object(number int64) (*batch, int) {
	i := sort.Search(len(f.batches), func(i int) bool { return f.batches[i].start > int(number) }) - 1
	b := &f.batches[i]
	return b, int(number) - b.start
}
