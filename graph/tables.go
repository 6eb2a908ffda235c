package graph

import "sync"

// TypeID numbers the types of one graph, dense from 0.
type TypeID uint32

// TypeTable holds the types of one graph: their names, and what else the format
// knows of them. It is safe for concurrent use while the graph is built, but for About.
type TypeTable struct {
	names stringTable
	about map[TypeID]TypeInfo
}

// TypeInfo is what some formats know of a type besides its name.
type TypeInfo struct {
	Library  bool   // a library's own, not the program's
	Super    TypeID // of the superclass, with HasSuper
	HasSuper bool
	Loader   string   // type of the class loader; "" for one that is never collected, or none
	Loaders  int      // how many of them have loaded a class of this name and layout
	Fields   []string // those that the type itself declares, in order
}

// Describe says what is known of a type. Calls must not be concurrent.
func (t *TypeTable) Describe(id TypeID, about TypeInfo) {
	if t.about == nil {
		t.about = map[TypeID]TypeInfo{}
	}
	t.about[id] = about
}

// About returns what is known of a type; the zero value if that is its name only.
func (t *TypeTable) About(id TypeID) TypeInfo { return t.about[id] }

// Intern returns the id of the type with this name, which it adds if it is new.
// Readers whose runtime has several types of one name (two class loaders)
// make the names differ.
func (t *TypeTable) Intern(name string) TypeID { return TypeID(t.names.intern(name)) }

// Add adds a type even if another has the same name.
func (t *TypeTable) Add(name string) TypeID { return TypeID(t.names.add(name)) }

// Name returns the full name of a type.
func (t *TypeTable) Name(id TypeID) string { return t.names.get(uint32(id)) }

// Len is the number of types.
func (t *TypeTable) Len() int { return t.names.len() }

// Find returns the type with this exact name.
func (t *TypeTable) Find(name string) (TypeID, bool) {
	id, ok := t.names.find(name)
	return TypeID(id), ok
}

// stringTable numbers distinct strings.
type stringTable struct {
	mu     sync.RWMutex
	list   []string
	ids    map[string]uint32
	budget *budget
}

// stringCost is what a string takes beside its text, in bytes: its place in the list,
// and its entry in the map.
const stringCost = 48

func (t *stringTable) intern(s string) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.ids[s]; ok {
		return id
	}
	return t.addLocked(s)
}

func (t *stringTable) add(s string) uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addLocked(s)
}

func (t *stringTable) addLocked(s string) uint32 {
	if t.ids == nil {
		t.ids = make(map[string]uint32)
	}
	id := uint32(len(t.list))
	if id > 0 && !t.budget.take(len(s)+stringCost) {
		return 0
	}
	t.list = append(t.list, s)
	if _, dup := t.ids[s]; !dup {
		t.ids[s] = id
	}
	return id
}

func (t *stringTable) find(s string) (uint32, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	id, ok := t.ids[s]
	return id, ok
}

func (t *stringTable) get(id uint32) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if int(id) < len(t.list) {
		return t.list[id]
	}
	return ""
}

func (t *stringTable) len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.list)
}
