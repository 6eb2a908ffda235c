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
	Facts          []Fact    // what else the format knows, in display order
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
)

// Warning is something the reader could not read or had to guess. The rest of
// the data is still good.
type Warning struct {
	Offset  int64  // byte position in the dump; -1 if it is not about a place
	What    string // what is wrong
	Effect  string // what that means for the answers; may be empty
	Omitted int    // how many more warnings of this kind were not kept
}
