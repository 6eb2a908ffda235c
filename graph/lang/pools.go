package lang

// Pools says which pools hold objects by references of their own kind, and how long;
// no other runtime than Go has such.
const Pools = "sync.Pool, freed after two collections"
