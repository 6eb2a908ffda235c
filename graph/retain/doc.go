// Package retain answers why objects are alive: which references lead to them
// from the GC roots.
//
// [Search] finds the shortest retaining path of every object in one
// breadth-first search. [Merge] puts all paths to a set of targets into one
// small picture, with exact counts for each branch, and adds the other ways in
// which the targets are held. [Paths] reads single paths off that picture, one
// for each distinct way.
//
// Paths follow only references that retain. Objects that are a container's
// inside are folded into one step with the reference a person would write,
// unless Options.Raw is set.
//
// A retaining path says how an object is reachable. What must be cut to free
// it is another question, which package dominator answers.
package retain
