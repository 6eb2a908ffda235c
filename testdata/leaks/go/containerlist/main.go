// Command containerlist queues events in a container/list.
package main

import (
	"container/list"

	"leaks/leak"
)

type Event struct{ data [24]uint64 }

type Hub struct{ events *list.List }

var hub = &Hub{events: list.New()}

func main() {
	leak.Ballast(16)
	for range leak.N(20_000) {
		hub.events.PushBack(&Event{})
	}
	leak.Dump()
}
