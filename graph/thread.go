package graph

import "time"

// ThreadID numbers the threads of one graph from 1; 0 is none.
type ThreadID uint32

// Thread is a goroutine, thread or fiber.
type Thread struct {
	ID    uint64   // as the runtime prints it
	Name  StringID // "worker-3"; empty where there is none
	Entry StringID // the function it was started with, full name
	// Func, with its full name, File (without folders) and Line are the newest
	// frame of the program's own code, where it runs or blocks; where there is
	// none, the newest of a library.
	Func, File StringID
	Line       uint32
	State      StringID      // "chan receive", "WAITING"; empty if unknown
	Since      time.Duration // how long it has been in that state, at least; 0 if unknown
	Rank       uint8         // RankRuntime for the runtime's own
	Main       bool          // runs the program's entry: goroutine 1, MainThread
}

// AddThread adds a thread for roots to name. Safe for concurrent use.
func (b *Builder) AddThread(t Thread) ThreadID {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.g.threads = append(b.g.threads, t)
	return ThreadID(len(b.g.threads))
}

// Threads returns all threads; number i has the ThreadID i+1. The slice must
// not be changed.
func (g *Graph) Threads() []Thread { return g.threads }

// Thread returns a thread, or nil for 0. It must not be changed.
func (g *Graph) Thread(id ThreadID) *Thread {
	if id == 0 || uint64(id) > uint64(len(g.threads)) {
		return nil
	}
	return &g.threads[id-1]
}
