// Package hprof reads the heap dumps of Java virtual machines: HPROF 1.0.1 to
// 1.0.3 as HotSpot, the hprof agent of old JDKs and Android write them, with
// identifiers of 4 and 8 bytes.
//
// The format is described in the JDK's source: the comment at the head of
// src/hotspot/share/services/heapDumper.cpp, and for Android in
// art/runtime/hprof/hprof.cc.
//
// Read passes over the heap's records twice on all cores: collect.go finds the
// addresses, the classes, a brief of each object and how far objects are apart, of
// which nodes.go gives every object its type and size; rows.go reads the
// references. Nothing in the format says how
// large an object is: layout.go finds it by comparing where objects are with what
// their fields take.
//
// What the static fields of a class hold that is never unloaded is held by roots of
// its own, `static LeakApp.SESSIONS`: only objects of classes that may be unloaded
// refer to their class, and such a class to its superclass, its loader and what is
// in its static fields.
//
// Not read: the names of local variables, which the format does not have;
// allocation sites and CPU samples of the hprof agent.
package hprof
