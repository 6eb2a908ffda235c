// Package jsc reads heap snapshots of JavaScriptCore: those of Bun
// (Bun.generateHeapSnapshot() and generateHeapSnapshotForDebugging() of bun:jsc) and
// of Safari's Web Inspector.
//
// The format is that of JavaScriptCore's HeapSnapshotBuilder
// (https://github.com/WebKit/WebKit/blob/main/Source/JavaScriptCore/heap/HeapSnapshotBuilder.cpp),
// in its two forms: Inspector, and GCDebugging, which has the names of functions and
// the reasons of roots. [Read] reads the arrays one after the other, numbers the nodes
// by their ids, sorts the edges by where they start and writes them.
//
// JavaScriptCore writes no weak references, and Bun none from a Map or Set to its
// entries: objects that only such hold have a root that says so.
//
// Not read: addresses of cells, and what they wrap.
package jsc
