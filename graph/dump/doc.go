// Package dump opens heap dumps of every format: it recognises a file by its
// content, decompresses it if need be, and has the format's reader build the
// object graph.
//
//	d, err := dump.Open(ctx, "leak.heapdump", &dump.Options{Exe: "./server"})
//	if err != nil { … }
//	defer d.Close()
//	for n := range graph.NodeID(d.Graph.Len()) { … }
//
// A format is a value of [Format]; [Formats] lists them in the order in which
// they are asked. To add one, write a package with Match and Read beside the
// others, add it to the list, and run dumptest's conformance suite on a real
// dump of it.
package dump
