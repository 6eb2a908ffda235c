// Package jvm takes heap dumps of live HotSpot JVMs through their own attach
// socket, as jcmd does, without a JDK on the machine: the JVM writes the file, into
// a folder that is made for it in its own file system, and refgraph copies it out.
//
// The protocol is that of the JDK's src/hotspot/os/posix/attachListener_posix.cpp: a
// file .attach_pidN and SIGQUIT make the JVM listen at .java_pidN, which takes one
// command for each connection. SIGQUIT ends a process without a handler for it, so
// it is sent only to one that has one and has loaded a JVM.
package jvm
