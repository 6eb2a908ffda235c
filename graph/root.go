package graph

// RootKind is the kind of a GC root, in the words people use.
type RootKind uint8

// The kinds of roots of all runtimes.
const (
	RootGlobal    RootKind = iota // global or static variable, module variable
	RootStack                     // local variable of a goroutine, thread or frame
	RootModule                    // a loaded module, class or package
	RootThread                    // the thread or goroutine object itself
	RootFinalizer                 // held until its finalizer or cleanup, which is due, has run
	RootCleanup                   // what the finalizer or cleanup of a living object will need
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

var rootKindNames = [...]string{"global", "stack", "module", "thread", "finalizer", "cleanup", "jni",
	"monitor", "runtime", "residue", "unknown"}

// Root ranks: of two equally short paths the one whose root has the smaller
// rank is shown, and rank groups are searched in this order.
const (
	RankUser    uint8 = 0  // globals, module variables and live stacks of the program
	RankLibrary uint8 = 10 // the same of third-party and standard libraries
	RankRuntime uint8 = 20 // internal to the runtime
	RankResidue uint8 = 30 // the holder is not in the dump
)

// Root is one reference from outside the heap into it, in parts. Package lang
// makes the sentence, the merge group and the fingerprint of them; nothing else
// does, and nothing reads the parts out of a sentence again.
type Root struct {
	Node NodeID
	Kind RootKind
	Rank uint8
	Via  RefKind // Strong, Conservative for a word that only looks like a pointer, or Pooled
	// Transient roots go away by themselves soon: the exception being handled, a
	// frame that runs the dumper.
	Transient bool
	Thread    ThreadID // of stack and thread roots, and what else belongs to a thread
	// Func, with its full name, File (without folders) and Line are the frame
	// that holds the reference; those of a root that is in no frame are empty.
	Func, File StringID
	Line       uint32
	// Var is the variable with its full name ("example.com/a/b.sessions", "s"),
	// or what the root is: "deferred call", "weak handles". Empty for a variable
	// whose name is not known.
	Var StringID
	// Ref names the reference within the root, `.m` for a pointer in field m of
	// a global struct, `[0x5a1f0]` for a variable without a name; empty where the
	// root is the reference.
	Ref StringID
	// Times is how many references it stands for where the format does not tell
	// them one by one; 0 for one.
	Times uint32
}
