package graph

import "time"

// Info says what a dump is. Readers fill it, pictures and commands show it.
type Info struct {
	Name           string    // file name without its folder, for titles
	Format         string    // short format name, as in `refgraph formats`
	Runtime        Runtime   // which language runtime wrote it
	RuntimeVersion string    // as the runtime prints it, such as "go1.26.8"
	Taken          time.Time // when the dump was taken; zero if unknown
	PointerSize    int       // bytes, 4 or 8; 0 if the format does not say
	Program        string    // what the dump says that ran, with a name that all runs of it have; empty if it does not say
	Facts          []Fact    // what else the format knows, in display order
	Process        Process   // what the whole process held
}

// Process is what the process held in memory when its heap was dumped, which is
// more than the dump. Sizes are in bytes.
type Process struct {
	Resident uint64 // 0 if it is not known
	Peak     uint64 // the most that it ever was; 0 if it is not known
	Counted  string // who counted Resident, and what is not in it: "by the kernel"
	Rest     string // what the memory is called that is neither in the dump nor in Parts; empty for native memory
	Parts    []Part // what of Resident is known to be something else than objects of the dump
}

// PartFiles is the part that is the executable, libraries and other mapped files.
const PartFiles = "code and mapped files"

// Part is memory by what it is for.
type Part struct {
	Name  string
	Bytes uint64
}

// Add adds a part, if there is something of it.
func (p *Process) Add(name string, bytes uint64) {
	if bytes > 0 {
		p.Parts = append(p.Parts, Part{Name: name, Bytes: bytes})
	}
}

// Fact is one more thing a format knows about its dump, for `refgraph info`.
type Fact struct{ Name, Value string }

// Runtime names the language runtime a dump comes from.
type Runtime string

// The runtimes with a reader. Their values appear in JSON output.
const (
	RuntimeGo     Runtime = "go"
	RuntimePython Runtime = "python"
	RuntimeJVM    Runtime = "jvm"
	RuntimeJS     Runtime = "javascript"
	RuntimeRuby   Runtime = "ruby"
	RuntimeJulia  Runtime = "julia"
)

// Warning is something the reader could not read or had to guess. The rest of
// the data is still good.
type Warning struct {
	Offset  int64  // byte position in the dump; -1 if it is not about a place
	What    string // what is wrong
	Effect  string // what that means for the answers; may be empty
	Omitted int    // how many more warnings of this kind were not kept
}
