// Package heapsnapshot reads V8 heap snapshots: the .heapsnapshot files of Node,
// Chrome, Electron, Deno, Hermes and Julia, those that Bun writes in this form,
// and the .heaptimeline files of DevTools.
//
// The format is described in Chromium's DevTools documentation of heap snapshots
// (https://developer.chrome.com/docs/devtools/memory-problems/heap-snapshots) and
// by V8's writer, HeapSnapshotJSONSerializer. A file is one JSON object of large
// arrays of numbers, with a table of all strings at the end. [Read] goes through it
// in these steps:
//
//  1. find the arrays, with the number that each chunk of them starts with, and
//     index the strings;
//  2. read the nodes: NodeIDs are in the order of the ids (@382711);
//  3. find where the edges of each node start, and the tables of maps and objects;
//  4. write the references, on all cores;
//  5. apply DevTools' rules of what retains: weak references do not, shortcuts and
//     the table of a WeakMap neither (the key keeps the value, an ephemeron), and what a page
//     reaches is held by the page only;
//  6. name types, and make roots of the synthetic nodes.
//
// Strings are read again from the file when something is shown. The file is never
// in memory as a whole.
//
// A snapshot that Julia has streamed to four files is joined to one first (package
// streamed). In Julia's the types of nodes are those of objects, and modules hold global
// variables by bindings: paths say Module Main and .sessions[7].
//
// Where objects were allocated is read of timelines ([ReadSites]), their samples are not.
package heapsnapshot
