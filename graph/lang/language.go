package lang

import (
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

// Language is what is known of a runtime. Empty words and nil functions fall
// back to those of [Unknown].
type Language struct {
	Runtime graph.Runtime
	Tag     string // short name beside objects: "Go"
	Hue     Hue
	Thread  string // what has a stack: "goroutine"; the plural has an s
	// Running are the states of a thread that does not wait.
	Running []string
	// Heads are what comes before a root's name, by its kind.
	Heads map[graph.RootKind]string
	// Joint is between the thread and its frame: `goroutine 18 main.worker`.
	Joint string

	// Collection and Listeners are the usual fixes of a collection that only
	// grows, and of listeners that are never removed.
	Collection, Listeners string
	// Ends is the usual fix of threads that should have ended; empty for that of
	// goroutines.
	Ends string
	// Elements are the fixes for what has one of its own, by the type of the
	// elements or of an object on the path to them.
	Elements []Hint
	// Known are leaks of the runtime and of its libraries.
	Known []Known
	// Callback are the types of functions and closures.
	Callback *regexp.Regexp
	// Generic are the types of the language's own containers, and of what holds
	// a program's constants: they tell nothing of what their objects are for.
	Generic *regexp.Regexp
	// Text are the types of texts and buffers, of which equal ones are a waste.
	Text *regexp.Regexp
	// Container are the types of containers that a program has many of, which take
	// memory also when they are empty.
	Container *regexp.Regexp
	// Weak are the types of weak references that are objects.
	Weak *regexp.Regexp
	// Timer are the types of timers that the runtime holds until they are due.
	Timer *regexp.Regexp
	// Insides are parts of containers that people know by the container's name.
	Insides []Inside
	// Nameless are the types whose name does not say what their objects are for,
	// but the place that holds them does: containers, of the language and of
	// well-known libraries, their insides, and builtins.
	Nameless *regexp.Regexp
	// Unnamed are the references that no source code names, which nobody can edit; nil
	// for none.
	Unnamed *regexp.Regexp
	// Literal are the types of data that is written down as it is, one in the other;
	// nil where those are the containers that programs have lists and trees of as well.
	Literal *regexp.Regexp
	// ThreadTypes and ThreadRoots are the runtime's own account of its threads,
	// which forgets a thread when it ends, and the like: types of objects, full
	// names of globals.
	ThreadTypes, ThreadRoots []string
	// Packages is whether what is below a package is the same program's.
	Packages bool
	// Main reports whether a type is one that a program defines itself, so that two
	// programs have none of them in common, as a rule; nil where names do not tell.
	Main func(name string) bool
	// Program are types of objects that are the program and no data: as many as
	// it has classes, modules and functions, each held from many places.
	Program *regexp.Regexp

	// Cycles says, in a sentence, whether reference cycles keep objects alive;
	// CyclesHarm is whether they do.
	Cycles     string
	CyclesHarm bool
	// Native is what tells of memory that is in no dump of the runtime.
	Native string
	// Spawns is whether a thread is started with a function that says what it is
	// for, and not with the runtime's own.
	Spawns bool
	// CountsRefs is whether objects are freed by reference counts, so that what
	// no root reaches is in a cycle.
	CountsRefs bool
	// Doubled is whether dumps have the references of a container twice: at the
	// object that programs know, and at the array inside that has them.
	Doubled bool
	// Moves is whether the collector moves objects, so that an address says
	// nothing about the next dump.
	Moves bool

	// Short is how people write the full name of a function or variable, such
	// as without import paths; nil if they write all of it.
	Short func(full string) string
	// FormatID and ParseID write and read the address or id of an object; nil
	// for 0x and hexadecimal digits.
	FormatID func(id uint64) string
	ParseID  func(text string) (id uint64, ok bool)
	// IDHelp says what ids look like and where they are from, for the hint of an
	// error; empty for addresses.
	IDHelp string
}

// Inside is the part of a container that holds all others.
type Inside struct {
	Type      *regexp.Regexp
	Container string // as people know it
}

// Hint is the usual fix of a leak of certain objects.
type Hint struct {
	Type *regexp.Regexp // of the elements, or of what is on the path to them
	Hint string
}

// Hue is the colour of a runtime's objects: of their border and tag, of their
// boxes, and of the parts of a treemap.
type Hue struct{ Line, Fill, Rest Shade }

// Shade is a colour on a light and on a dark page, as #rrggbb. All are told
// apart in the common forms of colour blindness (Okabe and Ito, "Color Universal
// Design", 2008; Tol's palettes).
type Shade struct{ Light, Dark string }

// All lists the runtimes that are known.
func All() []*Language { return []*Language{&golang, &python, &jvm, &javascript, &ruby, &julia} }

// For returns what is known of a runtime; the language of an unknown one is
// usable too.
func For(r graph.Runtime) *Language {
	for _, l := range All() {
		if l.Runtime == r {
			return l
		}
	}
	return &unknown
}

// unknown is what holds for most runtimes.
var unknown = Language{
	Hue:    Hue{Shade{"#777777", "#aaaaaa"}, Shade{"#f5f5f5", "#24272b"}, Shade{"#dcdcdc", "#44484d"}},
	Thread: "thread", Joint: " · ",
	Collection: "bound it, or remove entries when they are done with",
	Nameless:   bare,
	Listeners:  "return a function that unregisters, and call it; what a closure captures lives as long as the closure",
	Native:     "pmap -x PID shows the mappings, heaptrack or jemalloc's profiler which native code allocated",
	Cycles:     "the runtime is unknown; a tracing collector frees cycles that no root reaches, reference counting does not",
}

// tracing is what cycles mean to all tracing collectors without a word of their
// own.
const tracing = "the tracing collector frees cycles that no root reaches: a cycle alone is not a leak, what holds it is"

// bare are the types without a name of their own where types have no packages.
var bare = regexp.MustCompile(`^$|^(Array|Object|Map|Set|WeakMap|Hash|\(|system|Function|\[)`)
