// Package cut answers what must let go so that objects become garbage: the set
// of places of least cost whose removal frees the targets.
//
// A place is what a programmer can edit: one root variable, one class of
// goroutines or threads, or one field of one type, an entry of a collection
// included. [Find] reads the references of all objects between the roots and the
// first target on each way (the slice) into a net whose edges are labelled with
// places, and looks for the set of least cost that no way avoids:
//
//  1. The merged graph, where all objects of one context are one vertex, has a
//     minimum cut in polynomial time. It always separates, but a way of its own
//     that no object takes can make it dearer than need be: an upper bound.
//  2. Implicit hitting sets: the ways found so far have a hitting set of least
//     cost, a lower bound. If it meets the upper bound, or if no way avoids it,
//     it is the answer, with a proof. Otherwise the ways that avoid it are added.
//  3. The whole heap is searched around the answer, and what it and each of its
//     places free is counted on objects.
//
// The problem is NP-hard in general (one place can be on many edges of a way);
// on real heaps few rounds do. Where the search is given up, the answer says
// that it is not proven to be of least cost. See Garey/Johnson for hitting set,
// and Chandrasekaran, Karp, Moreno-Centeno, Vempala: "Algorithms for implicit
// hitting set problems" (SODA 2011) for the method.
//
// Only firm references count, strong and conservative ones: pools let go by
// themselves, weak ones do not hold, and garbage that waits for the collector is
// no root.
package cut
