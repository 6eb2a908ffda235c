// Package suspect finds what leaks in a heap without being told a type.
//
// [NewHeap] computes what all detectors share: the dominator tree and the
// shortest retaining paths. [Find] runs the detectors, drops what is part of a
// larger suspect, merges equal ones and sorts. A [Detector] is a value with a
// name and a doc string; [Detectors] lists them:
//
//   - biggest-drop: along the dominator tree, where most of the heap comes
//     together (Eclipse MAT's leak suspects: 10 % of the heap, drop ratio 0.7),
//     for single objects and for objects of one type together
//   - collection: a container with many elements, nearly all of one type
//   - linked-list: a chain of objects of one type, or a list with its elements
//   - listeners: many callbacks in one registry: functions, closures, listeners
//   - stack: what blocked goroutines or threads hold, many at one place or one
//     with a lot, and collections that only a stack holds
//   - lru-cache, traceback, coroutine, thread-local, del-cycle: what only Python
//     programs leak (python.go)
//   - jvm-thread-local, class-loader, direct-buffers, open-files, generated:
//     what only the JVM's programs leak or waste (jvm*.go)
//   - timers, detached, promises: what only JavaScript programs leak (javascript.go)
//   - duplicates: texts and buffers of equal contents
//   - empty-containers: containers without elements
//   - buffers: few large buffers that are most of the heap
//   - garbage: objects in cycles that reference counting cannot free
//   - finalizers: objects that wait for their finalizers
//   - growth: collections that grew since an older dump of the same program
//
// All but the first also find leaks that are a small part of the heap. What
// they know of single runtimes is in small tables (words.go).
//
// A suspect's fingerprint says where it is, not how big: it is the same in all
// dumps of a program, so that equal leaks can be recognised.
package suspect
