package ticket

import "context"

// Answer is what one comment says: a leak, or why some objects are alive.
type Answer struct {
	// Fingerprint says which leak this is, the same in every dump of the program: at
	// least 12 lower-case hex digits, of which one may be a hyphen.
	Fingerprint string
	// Question is a digest of what the user asked for, if it was more than "what
	// leaks": it finds the comment again when the dump has nothing to ask about.
	Question string

	Title   Text   // the question answered: Why 300 `main.Session` are alive
	Verdict []Text // how much, who holds it, what to cut (if that is proven)
	Held    Holders
	Next    []Text // what to do, the first three count
	Alt     string // the picture in words
	Objects int    // of this leak, for growth; 0 if not known
	Bytes   uint64 // that they retain

	Picture Picture // nil: none
	Mermaid string  // the picture as a diagram's source, where no file can be uploaded
	Tree    string  // the picture as text
	Report  []byte  // the report, an HTML page; nil: not wanted
	Facts   []Fact  // of the dump, the process, the tool
	Gone    bool    // nothing of it is in this dump; only Fingerprint, Question, Title and Facts count
}

// Holders is the table of who holds the objects.
type Holders struct {
	// Exact tells that the figures are of all retaining references. Otherwise Reaches
	// counts along shortest paths and Sole is not known.
	Exact bool
	Rows  []Holder
}

// Holder is a root, or equal roots, and what it holds.
type Holder struct {
	Who     Text
	Reaches int // objects that it holds, alone or not
	Sole    int // objects that nothing else holds
}

// Fact is one line about the dump.
type Fact struct {
	Name  string
	Value Text
}

// Picture draws the answer. Both may be called several times.
type Picture interface {
	// PNG draws with scale pixels a point and at most boxes boxes (0: as many as are
	// good). Width is in points: what the picture is to be shown at.
	PNG(ctx context.Context, scale float64, boxes int) (png []byte, width int, err error)
	SVG(ctx context.Context) ([]byte, error)
}
