// Package cycle finds reference cycles: the strongly connected components of a
// graph, in which every object refers, directly or not, to every other.
//
// [Find] returns the components with what each retains, the largest first;
// [Shortest] finds the shortest cycle in one, for pictures; [Matters] says
// whether a cycle does harm in the dump's runtime. Only references that retain
// count.
package cycle
