// Package streamed reads the four files that Julia's Profile.take_heap_snapshot writes
// with streaming=true (since Julia 1.11), and joins them to one snapshot in the form
// that V8 writes, which is what Julia's own assemble_snapshot does.
//
// The files have one prefix:
//
//   - .metadata.json, the description of the snapshot, which is written last;
//   - .nodes, records of type, name, id, size, a trace node and one byte;
//   - .edges, records of type, name or index, and the nodes it leads from and to;
//   - .strings, each with its length before it.
//
// Numbers have 8 bytes, little endian. Only the type is narrower: one byte in Julia
// 1.11, four in 1.13, which the sizes of the files tell. The format is that of
// src/gc-heap-snapshot.c in Julia.
package streamed
