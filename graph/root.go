package graph

// RootKind is the kind of a GC root, in the words people use.
type RootKind uint8

// The kinds of roots of all runtimes.
const (
	RootGlobal    RootKind = iota // global or static variable, module variable
	RootStack                     // local variable of a goroutine, thread or frame
	RootModule                    // a loaded module, class or package
	RootThread                    // the thread or goroutine object itself
	RootFinalizer                 // kept for a finalizer or cleanup that has yet to run
	RootJNI                       // JNI or other native handle
	RootMonitor                   // held because a thread synchronises on it
	RootRuntime                   // the runtime's own structures
	RootResidue                   // held by something the dump does not show
	RootUnknown
	numRootKinds
)

func (k RootKind) String() string {
	if k < numRootKinds {
		return rootKindNames[k]
	}
	return "unknown"
}

var rootKindNames = [...]string{"global", "stack", "module", "thread", "finalizer", "jni",
	"monitor", "runtime", "residue", "unknown"}

// Root ranks: of two equally short paths the one whose root has the smaller
// rank is shown, and rank groups are searched in this order.
const (
	RankUser    uint8 = 0  // globals, module variables and live stacks of the program
	RankLibrary uint8 = 10 // the same of third-party and standard libraries
	RankRuntime uint8 = 20 // internal to the runtime
	RankResidue uint8 = 30 // the holder is not in the dump
)

// Root is one reference from outside the heap into it.
type Root struct {
	Node NodeID
	// Name is the root in plain language, with its kind:
	// `global main.sessions`, `goroutine 18 main.worker · s`.
	Name StringID
	// Group is the name without what tells equal roots apart, to merge them:
	// `goroutines main.worker · s`. The same as Name where nothing does.
	Group StringID
	// Ref names the reference within the root, `.m` for a pointer in field m of
	// a global struct; empty where the root is the reference.
	Ref  StringID
	Kind RootKind
	Rank uint8
	Via  RefKind // Strong, Conservative for a word that only looks like a pointer, or Pooled
}
