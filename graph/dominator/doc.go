// Package dominator computes the dominator tree of a graph and what each object
// retains.
//
// An object's immediate dominator is the last object that every path from the
// GC roots to it passes through: cut that one, and the object is freed. An
// object's retained size is its own size and that of all objects it dominates:
// what the heap loses with it. Only references that retain count (see
// [graph.RefKind]), and a virtual root refers to all objects that GC roots
// refer to.
//
// [Compute] does it all, in these steps:
//
//  1. A depth-first search numbers the reachable objects that have references,
//     in preorder, and sorts out the references: those that lead forward in
//     preorder lower the target's semidominator at once; only the others, a few
//     percent of a usual heap, are kept for step 2.
//  2. SEMI-NCA finds semidominators and then immediate dominators in preorder
//     numbers (Georgiadis, Werneck, Tarjan, Triantafyllis, August: "Finding
//     dominators in practice", ESA 2004). It is O(m log n) with simple path
//     compression and linear on real heaps; the fix-point algorithm that most
//     tools use is quadratic on a list held at both ends.
//  3. Sizes are summed from the last number to the first.
//
// A [Tree] takes 16 bytes an object, and 8 more once children or types are
// asked for. Computing one takes no more than it, where a third of the objects
// have no references and two in three others have one; otherwise up to 4 bytes
// an object more, and 8 for each reference that leads backwards.
package dominator
