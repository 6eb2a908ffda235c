// Command heap has a priority queue of jobs that are never due.
package main

import (
	"container/heap"

	"leaks/leak"
)

type Job struct {
	due  int
	data [24]uint64
}

type queue []*Job

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*Job)) }
func (q *queue) Pop() any          { return nil }

type Scheduler struct{ jobs queue }

var scheduler = &Scheduler{}

func main() {
	leak.Ballast(8)
	for i := range leak.N(20_000) {
		heap.Push(&scheduler.jobs, &Job{due: 1<<30 - i})
	}
	leak.Dump()
}
