// Package within runs this program where its memory is limited from outside (ulimit,
// a cgroup), so that it ends with a sentence when that is not enough.
//
// What a dump needs is estimated before it is read, but neither the kernel nor the
// Go runtime asks back: one kills, the other prints its stacks and ends. So the work
// is done in a child process then, and this one tells what has become of it.
package within

// variable is the environment variable that tells a child what it is.
const variable = "REFGRAPH_WITHIN"
