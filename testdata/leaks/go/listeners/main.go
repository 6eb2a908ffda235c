// Command listeners has views that are closed and still told of clicks.
package main

import "leaks/leak"

type Listener interface{ Clicked(x int) }

type View struct{ state [40]uint64 }

func (v *View) Clicked(x int) { v.state[0] += uint64(x) }

type Bus struct{ listeners []Listener }

var clicks = &Bus{}

func main() {
	leak.Ballast(16)
	for range leak.N(10_000) {
		clicks.listeners = append(clicks.listeners, &View{})
	}
	leak.Dump()
}
