package lang

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph"
)

// Text is a root, or a group of equal ones, in words: what it is, and its name.
type Text struct {
	Head string // "goroutine 18", "global"; may be empty
	Name string // "main.worker · s"; may be empty
	join string
}

// String is the text as one sentence: `goroutine 18 main.worker · s`.
func (t Text) String() string {
	if t.Head == "" || t.Name == "" {
		return t.Head + t.Name
	}
	return t.Head + t.join + t.Name
}

// heads are what comes before the name of a root, for all languages.
var heads = map[graph.RootKind]string{
	graph.RootGlobal: "global", graph.RootModule: "module", graph.RootFinalizer: "queued",
	graph.RootJNI: "JNI", graph.RootMonitor: "monitor", graph.RootRuntime: "runtime",
}

// Root is a root in words. The words of roots of one thread and variable are
// the same.
func (w *Words) Root(r *graph.Root) Text {
	switch {
	case ofStack(r):
		return Text{w.thread(r), w.frame(r), w.Joint}
	case nameless(r) && r.File != 0:
		return Text{"", "a " + w.head(r) + " of " + path.Base(w.g.String(r.File)), " "}
	case nameless(r):
		return Text{"", "a " + w.head(r) + " without a name", " "}
	}
	t := w.group(r)
	switch {
	case r.Kind == graph.RootResidue && r.Times == 1:
		t.Name += " (1 unexplained reference)"
	case r.Kind == graph.RootResidue && r.Times > 1:
		t.Name += fmt.Sprintf(" (%d unexplained references)", r.Times)
	case w.g.Thread(r.Thread) != nil:
		t.Name = strings.TrimSpace(t.Name + " of " + w.thread(r))
	}
	return t
}

// Group is what a root and all others of its group are in words:
// `goroutines main.worker · s`. It is the sentence of Root where nothing tells
// the roots of the group apart.
func (w *Words) Group(r *graph.Root) Text {
	switch {
	case ofStack(r) && (r.Thread != 0):
		return Text{w.Thread + "s", w.frame(r), w.Joint}
	case ofStack(r):
		return w.Root(r)
	case nameless(r) && r.File != 0:
		return Text{"", w.head(r) + "s of " + path.Base(w.g.String(r.File)), " "}
	case nameless(r):
		return Text{"", w.head(r) + "s without names", " "}
	}
	return w.group(r)
}

// group is a root that has neither a thread nor a number.
func (w *Words) group(r *graph.Root) Text {
	name := w.g.String(r.Var)
	if r.Kind == graph.RootGlobal {
		name = w.name(r.Var)
	}
	return Text{w.head(r), name, " "}
}

func (w *Words) head(r *graph.Root) string {
	if h, ok := w.Heads[r.Kind]; ok {
		return h
	}
	return heads[r.Kind]
}

// ofStack reports whether a root is of a stack, or a thread itself.
func ofStack(r *graph.Root) bool { return r.Kind == graph.RootStack || r.Kind == graph.RootThread }

// nameless reports whether a root is a variable whose name is not known.
func nameless(r *graph.Root) bool { return r.Kind == graph.RootGlobal && r.Var == 0 }

// GroupKey tells the groups of one graph's roots apart. It is made without
// looking at any text.
type GroupKey struct {
	kind           graph.RootKind
	fn, name, file graph.StringID
	threads        bool
}

// GroupOf returns the group in which a root merges with equal ones: of one
// function and variable, whatever the thread and what it does.
func (w *Words) GroupOf(r *graph.Root) GroupKey {
	if ofStack(r) {
		return GroupKey{kind: graph.RootStack, fn: w.function(r), name: r.Var, threads: r.Thread != 0}
	}
	k := GroupKey{kind: r.Kind, fn: r.Func, name: r.Var}
	if nameless(r) {
		k.file = r.File
	}
	return k
}

// Member numbers the roots of a group that count as one: those of one thread,
// those of one variable. ok is false where each root counts.
func (w *Words) Member(r *graph.Root) (number uint64, ok bool) {
	switch {
	case ofStack(r) && r.Thread != 0:
		return uint64(r.Thread), true
	case nameless(r):
		return uint64(r.Ref), true
	case r.Kind == graph.RootGlobal, r.Kind == graph.RootModule, ofStack(r):
		return 0, true
	}
	return 0, false
}

// Key is a root's part of a fingerprint: what is the same in all dumps of a
// program, and in all formats, with full names.
func (w *Words) Key(r *graph.Root) string {
	kind := r.Kind
	if kind == graph.RootThread {
		kind = graph.RootStack
	}
	file := ""
	if nameless(r) {
		file = path.Base(w.g.String(r.File))
	}
	return strings.Join([]string{kind.String(), w.g.String(w.function(r)), w.g.String(r.Var), file}, "\x00")
}

// function is the function of a root: that of its frame, or where its thread
// is.
func (w *Words) function(r *graph.Root) graph.StringID {
	t := w.g.Thread(r.Thread)
	switch {
	case r.Func != 0 || t == nil || !ofStack(r):
		return r.Func
	case t.Func != 0:
		return t.Func
	}
	return t.Entry
}

// frame is `main.worker · s`.
func (w *Words) frame(r *graph.Root) string {
	parts := make([]string, 0, 2)
	if fn := w.name(w.function(r)); fn != "" {
		parts = append(parts, fn)
	}
	if r.Var != 0 {
		parts = append(parts, w.g.String(r.Var))
	}
	return strings.Join(parts, " · ")
}

// thread is `goroutine 18`, `thread worker-3`; of a frame without a thread it is
// `stack`.
func (w *Words) thread(r *graph.Root) string {
	t := w.g.Thread(r.Thread)
	switch {
	case t != nil:
		return w.ThreadName(t)
	case r.Func != 0:
		return "stack"
	}
	return ""
}

// ThreadName is a thread in words: `goroutine 18`, `thread worker-3`.
func (w *Words) ThreadName(t *graph.Thread) string {
	if name := w.g.String(t.Name); strings.Contains(name, " ") {
		return w.Thread + " " + strconv.Quote(name)
	} else if name != "" {
		return w.Thread + " " + name
	}
	return w.Thread + " " + strconv.FormatUint(t.ID, 10)
}

// Function is the function where a thread runs or blocks: `main.(*srv).Watch`.
func (w *Words) Function(t *graph.Thread) string {
	if t.Func != 0 {
		return w.name(t.Func)
	}
	return w.name(t.Entry)
}

// At is the line where a thread runs or blocks: `main.go:66`; "" if unknown.
func (w *Words) At(t *graph.Thread) string {
	if t.File == 0 || t.Line == 0 {
		return w.g.String(t.File)
	}
	return fmt.Sprintf("%s:%d", w.g.String(t.File), t.Line)
}

// Place is both: `main.(*srv).Watch main.go:66`.
func (w *Words) Place(t *graph.Thread) string {
	return strings.TrimSpace(w.Function(t) + " " + w.At(t))
}

// Waits reports whether a thread is in a state in which it waits.
func (w *Words) Waits(t *graph.Thread) bool {
	return t.State != 0 && !slices.Contains(w.Running, w.g.String(t.State))
}

// PlaceKey is a thread's part of a fingerprint: the function where it runs or
// blocks, with its full name.
func (w *Words) PlaceKey(t *graph.Thread) string {
	if t.Func != 0 {
		return w.g.String(t.Func)
	}
	return w.g.String(t.Entry)
}

// Task is the function whose end lets go of what a thread holds, as people write it
// and in full: of the program's own code where the thread runs or blocks; of a thread
// that is in libraries only, where threads are started with functions that say what
// for, the one that it was started with.
func (w *Words) Task(t *graph.Thread) (name, full string) {
	id := t.Func
	if id == 0 || w.Spawns && t.Entry != 0 && t.Rank != graph.RankUser {
		id = t.Entry
	}
	return w.name(id), w.g.String(id)
}

// Doing is what a thread does, and for how long: `chan receive, 2 h`; "" if that
// is not known.
func (w *Words) Doing(t *graph.Thread) string {
	state, since := w.g.String(t.State), Long(t.Since)
	if state == "" || since == "" {
		return state
	}
	return state + ", " + since
}

// Note is what a picture says of a root besides its sentence: where its thread is
// and what it does, `at main.go:66 (chan receive, 2 h)`; "" if nothing is known.
func (w *Words) Note(r *graph.Root) string {
	t := w.g.Thread(r.Thread)
	if t == nil || !ofStack(r) {
		return ""
	}
	at := w.At(t)
	if t.Func != w.function(r) && t.Func != 0 {
		at = w.Place(t)
	}
	if at != "" {
		at = "at " + at
	}
	if doing := w.Doing(t); doing != "" {
		at += " (" + doing + ")"
	}
	return strings.TrimSpace(at)
}

// Long writes how long something has lasted, in its largest unit; "" for less
// than a minute.
func Long(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return ""
}
