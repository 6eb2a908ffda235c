// Package python reads heaps of CPython: the dumps of refgraph_dump.py, which is
// embedded here ([Dumper]), and the snapshot files of tracemalloc.
//
// FORMAT.md describes the dump's format. [Read] goes through it in these steps:
//
//  1. scan the records: types, shapes, roots, names, notes, sites, and where
//     each batch of objects is;
//  2. index the addresses, set type and size of every object;
//  3. mark the dicts that hold attributes and the other insides of objects;
//  4. write the references, on all cores, with names from the shapes;
//  5. add the roots: modules, local variables, what is left of refcounts when
//     all references in the dump are accounted for, and last the garbage that
//     nothing refers to from outside.
//
// [ReadSites] and [ReadTracemalloc] give allocation sites, as statistics by
// line, file or traceback, with tracemalloc's filters (package sites). The reader
// of tracemalloc's files interprets the few pickle opcodes and the four classes
// that such a file needs, and refuses every other; it executes nothing.
//
// Not read: heaps of subinterpreters, of PyPy, and the targets of weak proxies.
package python
