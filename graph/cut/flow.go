package cut

import "math"

// flow is a network for Dinic's algorithm. Edge e and its reverse e^1 follow one
// another.
type flow struct {
	first []int32 // by vertex: its first edge, -1 for none
	next  []int32
	to    []int32
	room  []int64 // what an edge can still carry
	level []int32
	at    []int32
	queue []int32
}

// unlimited is the capacity of what cannot be cut.
const unlimited = math.MaxInt64 / 4

func newFlow(vertices int) *flow {
	f := &flow{first: make([]int32, vertices), level: make([]int32, vertices), at: make([]int32, vertices)}
	for i := range f.first {
		f.first[i] = -1
	}
	return f
}

func (f *flow) edge(from, to int32, room int64) {
	for _, e := range [2]struct {
		from, to int32
		room     int64
	}{{from, to, room}, {to, from, 0}} {
		f.next = append(f.next, f.first[e.from])
		f.first[e.from] = int32(len(f.to))
		f.to, f.room = append(f.to, e.to), append(f.room, e.room)
	}
}

// run sends the most that fits from one vertex to another and returns it;
// unlimited or more if nothing limits it. Afterwards level is -1 for the
// vertices on the far side of a minimum cut.
func (f *flow) run(from, to int32) (sum int64) {
	for f.levels(from, to) {
		copy(f.at, f.first)
		for {
			k := f.send(from, to)
			if k == 0 {
				break
			}
			if sum += k; sum >= unlimited {
				return sum
			}
		}
	}
	return sum
}

func (f *flow) levels(from, to int32) bool {
	for i := range f.level {
		f.level[i] = -1
	}
	f.level[from] = 0
	f.queue = append(f.queue[:0], from)
	for i := 0; i < len(f.queue); i++ {
		u := f.queue[i]
		for e := f.first[u]; e >= 0; e = f.next[e] {
			if v := f.to[e]; f.room[e] > 0 && f.level[v] < 0 {
				f.level[v] = f.level[u] + 1
				f.queue = append(f.queue, v)
			}
		}
	}
	return f.level[to] >= 0
}

// send finds one way along rising levels, without recursion: ways can be as long
// as the graph is deep.
func (f *flow) send(from, to int32) int64 {
	var way []int32 // edges
	u := from
	for u != to {
		e := f.at[u]
		for ; e >= 0; e = f.next[e] {
			if f.room[e] > 0 && f.level[f.to[e]] == f.level[u]+1 {
				break
			}
		}
		f.at[u] = e
		if e >= 0 {
			way = append(way, e)
			u = f.to[e]
			continue
		}
		if len(way) == 0 {
			return 0
		}
		u = f.to[way[len(way)-1]^1] // a dead end: back, and on with the next edge
		way = way[:len(way)-1]
		f.at[u] = f.next[f.at[u]]
	}
	room := int64(math.MaxInt64)
	for _, e := range way {
		room = min(room, f.room[e])
	}
	for _, e := range way {
		f.room[e] -= room
		f.room[e^1] += room
	}
	return room
}
