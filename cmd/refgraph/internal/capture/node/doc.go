// Package node takes heap snapshots of live Node processes through their inspector.
//
// [Capture] goes through these steps:
//
//  1. see that the process is Node, is in our network and has no inspector open yet;
//  2. open the inspector with SIGUSR1, which Node catches unless it was started with
//     --disable-sigusr1; it listens on the loopback address only;
//  3. ask over its WebSocket for a snapshot, and write the pieces as they come;
//  4. close the inspector again, also after an error, unless it was open before.
//
// The process stops while it makes the snapshot, and needs memory for it: see [Cost].
// If refgraph is killed in the middle the process runs on, with its inspector open on
// the loopback address until it ends.
package node
