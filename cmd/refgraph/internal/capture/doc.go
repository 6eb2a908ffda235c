// Package capture has what taking a dump of a live process needs, whatever its
// runtime: facts of the process ([Look]), signals that cannot kill it
// ([Process.Signal]), a folder that it can write to ([NewStage]) and the file
// that the dump ends up in ([NewOutput]). One package below it for each runtime
// does the rest.
//
// Two rules hold for all of it. The process that is looked at must not be harmed,
// also if refgraph is killed in the middle. And the process, its user and its
// folders may be hostile to a refgraph that runs as root: nothing of theirs is
// executed with our rights, every file in a folder that others can write to is
// made, read and given away through descriptors (no link is followed; owner, type
// and size are checked), and what is said of them is cleaned of control characters.
package capture
