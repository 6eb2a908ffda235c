package delvetest

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-delve/delve/pkg/dwarf/godwarf"
	"github.com/go-delve/delve/pkg/proc"
)

// names finds types by the names that people see.
type names struct {
	bi      *proc.BinaryInfo
	byShort map[string][]string // DWARF's names by what people see, and by canonical ones
	all     []string
	maps    map[string][]godwarf.Type // see namedMaps
}

func newNames(bi *proc.BinaryInfo) (*names, error) {
	all, err := bi.Types()
	if err != nil {
		return nil, err
	}
	n := &names{bi: bi, byShort: map[string][]string{}, all: all}
	packages := map[string]string{}
	for name, paths := range bi.PackageMap {
		for _, path := range paths {
			packages[path] = name
		}
	}
	for _, name := range all {
		// The run time has packages by their names, DWARF by their paths.
		spellings := []string{short(name), canonical(name), canonical(importPath.ReplaceAllStringFunc(name, func(path string) string {
			if name, ok := packages[strings.TrimSuffix(path, ".")]; ok {
				return name + "."
			}
			return path
		}))}
		slices.Sort(spellings)
		for _, s := range slices.Compact(spellings) {
			n.byShort[s] = append(n.byShort[s], name)
		}
	}
	return n, nil
}

// importPath is a path of more than one element, with the dot behind it. Dots in
// its last element are escaped.
var importPath = regexp.MustCompile(`(?:[\w.~%+-]+/)+[\w~%+-]+\.`)

// majorVersion is the last element of a path whose package has the name before it.
var majorVersion = regexp.MustCompile(`([\w~%+-]+)/v\d+\.$`)

// short cuts import paths to package names.
func short(name string) string { return canonical(withoutPaths(name)) }

func withoutPaths(name string) string {
	return importPath.ReplaceAllStringFunc(name, func(path string) string {
		path = majorVersion.ReplaceAllString(path, "$1.")
		return path[strings.LastIndexByte(path, '/')+1:]
	})
}

// fieldPackage is before the names of unexported fields of unnamed structs.
var fieldPackage = regexp.MustCompile(`([{;] )\w+\.(\w+ )`)

// byteAlias is byte where it is the language's.
var byteAlias = regexp.MustCompile(`(^|[^\w.])byte\b`)

// local is what DWARF adds to the names of types declared in functions.
var local = regexp.MustCompile(`·\d+`)

// canonical is one spelling for what DWARF and the run time spell in their ways.
func canonical(name string) string {
	name = strings.ReplaceAll(name, "interface {}", "any")
	name = strings.ReplaceAll(name, "go.shape.", "") // what generic functions see of their type arguments
	name = fieldPackage.ReplaceAllString(name, "$1$2")
	name = byteAlias.ReplaceAllString(name, "${1}uint8")
	name = local.ReplaceAllString(name, "")
	if strings.Contains(name, "%") {
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
	}
	if twin, ok := twins[name]; ok {
		return twin
	}
	// The linker has a copy of the runtime's types for each type of channels.
	if rest, ok := strings.CutPrefix(name, "sudog<"); ok && rest != "" {
		return "runtime.sudog"
	}
	return name
}

// twins are types that the runtime and a package each declare for the same
// objects, by the name that they have here.
var twins = map[string]string{
	"runtime.notifyList": "sync.notifyList",
	"reflect.rtype":      "internal/abi.Type",
}

// views are types under which a package knows objects that the runtime has
// allocated, and these objects' types.
var views = map[string]string{
	"time.Timer":  "runtime.timeTimer",
	"time.Ticker": "runtime.timeTimer",
}

// implementations are the types under which the runtime knows what has types of
// its own in the language.
var implementations = map[string]Form{
	"runtime.funcval":             Closure,
	"runtime.hchan":               Channel,
	"internal/runtime/maps.Map":   Map,
	"internal/runtime/maps.table": Table,
}

// find returns the types of a name: several if packages share it.
func (n *names) find(name string) (types []godwarf.Type) {
	full := n.byShort[name]
	if len(full) == 0 {
		full = n.byShort[short(name)] // long outside and short inside an unnamed struct
	}
	for _, full := range full {
		if t, err := n.bi.FindType(full); err == nil {
			types = append(types, t)
		}
	}
	if elem, count, ok := arrayName(name); ok && len(types) == 0 {
		for _, t := range n.find(elem) {
			types = append(types, &godwarf.ArrayType{
				CommonType: godwarf.CommonType{Name: name, ByteSize: count * t.Size()}, Type: t, Count: count,
			})
		}
	}
	return types
}

// namedMaps returns the maps of an unnamed map type that DWARF has only under names
// of the program's.
func (n *names) namedMaps(name string) []godwarf.Type {
	if n.maps == nil {
		n.maps = map[string][]godwarf.Type{}
		for _, full := range n.all {
			if strings.ContainsAny(full[:1], "*[") {
				continue
			}
			t, err := n.bi.FindType(full)
			if err != nil {
				continue
			}
			if m, ok := godwarf.ResolveTypedef(t).(*godwarf.MapType); ok {
				unnamed := short("map[" + m.KeyType.Common().Name + "]" + m.ElemType.Common().Name)
				n.maps[unnamed] = append(n.maps[unnamed], t)
			}
		}
	}
	return n.maps[name]
}

// arrayName splits the name of an array type: [8]*main.T is 8 of *main.T.
func arrayName(name string) (elem string, count int64, ok bool) {
	digits, elem, ok := strings.Cut(strings.TrimPrefix(name, "["), "]")
	count, err := strconv.ParseInt(digits, 10, 32)
	return elem, count, ok && err == nil && name[0] == '['
}

// typeArguments are what the run time's function names leave out.
var typeArguments = regexp.MustCompile(`\[.*\]`)

// shortFunc is the name that people see of a function.
func shortFunc(name string) string {
	return canonical(withoutPaths(typeArguments.ReplaceAllString(name, "[...]")))
}

// number is what tells types of one name apart.
var number = regexp.MustCompile(` \(\d+\)$`)

// suffixes are what names of objects have that are not simply a value's.
var suffixes = []struct {
	text string
	form Form
}{
	{" (groups)", Groups}, {" (group)", Groups}, {" (directory)", Directory}, {" (table)", Table}, {" (buffer)", Buffer},
	{" (header)", Value}, {" (variable)", Value},
}

// shape is what the name of an object's type says.
type shape struct {
	form  Form
	types []godwarf.Type // any of them: the value's, an element's, the map's or channel's
	name  string         // of closures: the function's short name
}

// shape reads a name; false if DWARF has no such type.
func (n *names) shape(name string) (s shape, ok bool) {
	name = canonical(number.ReplaceAllString(name, ""))
	for _, x := range suffixes {
		if base, ok := strings.CutSuffix(name, x.text); ok {
			s.form, s.types = x.form, n.find(base)
			if x.form == Groups && len(s.types) == 0 {
				s.types = n.namedMaps(base)
			}
			return s, len(s.types) > 0
		}
	}
	switch {
	case name == "string":
		return shape{form: Text}, true
	case strings.HasPrefix(name, "func ") && !strings.HasPrefix(name, "func ("):
		return shape{form: Closure, name: shortFunc(strings.TrimPrefix(name, "func "))}, true
	case strings.HasPrefix(name, "map["):
		s.form, s.types = Map, n.find(name)
	case strings.HasPrefix(name, "chan "), strings.HasPrefix(name, "<-chan "), strings.HasPrefix(name, "chan<- "):
		s.form, s.types = Channel, n.find(name)
	case strings.HasPrefix(name, "[]"):
		s.form, s.types = Elements, n.find(name[len("[]"):])
	default:
		s.form, s.types = Value, n.find(name)
	}
	if s.form == Value && len(s.types) > 0 { // a named map or channel
		switch godwarf.ResolveTypedef(s.types[0]).(type) {
		case *godwarf.MapType:
			s.form = Map
		case *godwarf.ChanType:
			s.form = Channel
		}
	}
	return s, len(s.types) > 0
}
