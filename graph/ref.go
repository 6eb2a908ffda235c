package graph

// RefKind is the kind of a reference.
type RefKind uint8

// The kinds of references. [Strong], [Conservative], [Ephemeron] and [Pooled] ones
// retain.
const (
	Strong       RefKind = iota
	Conservative         // a word that looks like a pointer; the collector honours it
	Ephemeron            // from the key of a weak table to the value, whose table lives; see RowWriter.AddEphemeron
	Pooled               // from a pool that the collector empties, such as Go's sync.Pool: it retains until then
	Weak
	Soft
	Phantom
	Finalizer
)

// Retains reports whether the collector keeps the referenced object for the
// sake of a reference of this kind.
func (k RefKind) Retains() bool { return k <= Pooled }

// Collectable reports whether references of this kind alone do not keep an
// object for good: they do not retain it, or only until the collector ran.
func (k RefKind) Collectable() bool { return k >= Pooled }

func (k RefKind) String() string {
	if int(k) < len(refKindNames) {
		return refKindNames[k]
	}
	return "?"
}

var refKindNames = [...]string{"strong", "conservative", "ephemeron", "pooled", "weak", "soft", "phantom", "finalizer"}

// LabelWidth says what a graph keeps with each reference to name it later.
type LabelWidth uint8

// The label columns a graph can have.
const (
	NoLabels   LabelWidth = iota // nothing; the Detailer reads the record again
	SlotLabels                   // 2 bytes: the reader's own number of the slot within the holder; 6 for numbers from FarSlot on
	NameLabels                   // 4 bytes: a StringID, shown as it is
)

// StringID names a string of a graph's string table; 0 is the empty string.
type StringID uint32
