// Command goleak is a small session server with a leak, made to be dumped: a
// cache that forgets to unlink what it expires, a channel nobody drains and
// workers that wait forever, each with a session in hand.
//
// It opens -n sessions and writes a heap dump of itself to -o. With -n 2000000
// the heap has 19.5 million objects and the dump about 1.7 GB.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// Session is what a client holds after logging in.
type Session struct {
	ID     string
	User   *User
	next   *Session
	token  []byte
	opened int64
	hits   uint64
}

// User is who logged in.
type User struct {
	Name  string
	Email string
	Meta  map[string]any
	Roles []string
}

// Store keeps sessions.
type Store interface {
	Put(s *Session)
	Expire(id string)
}

// Cache is the Store of this server.
type Cache struct {
	mu   sync.Mutex
	m    map[string]*Session
	head *Session // all sessions, latest first
}

// newCache is kept from being inlined, which would make the cache a part of the
// program's data rather than an object.
//
//go:noinline
func newCache() *Cache { return &Cache{m: make(map[string]*Session)} }

// Put adds a session.
func (c *Cache) Put(s *Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[s.ID] = s
	s.next, c.head = c.head, s
}

// Expire removes a session from the map, and this is the leak: not from the list.
func (c *Cache) Expire(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, id)
}

var (
	globalCache Store = newCache()
	ch                = make(chan *Session, 100) // audit queue
	requests          = make(chan int)
)

// login opens the i-th session.
func login(i int) *Session {
	n := strconv.Itoa(i)
	s := &Session{
		ID:     "session-" + n,
		User:   &User{Name: "user-" + n, Meta: map[string]any{"plan": "plan-" + n, "visits": i + 1000}},
		opened: int64(i),
	}
	if i%4 != 0 { // the others are guests
		s.token = make([]byte, 64)
	}
	return s
}

// worker serves the requests of one session until the server quits.
//
//go:noinline
func worker(s *Session) {
	for n := range requests {
		s.hits += uint64(n)
	}
	globalCache.Expire(s.ID)
}

func run(n int, out string) error {
	for i := 0; i < n; i++ { // built by old releases too
		s := login(i)
		switch {
		case i < 10:
			go worker(s)
		case i < 110:
			ch <- s
		default:
			globalCache.Put(s)
		}
		if i%100 == 99 {
			globalCache.Expire(s.ID)
		}
	}
	time.Sleep(50 * time.Millisecond) // the workers wait for requests
	debug.SetGCPercent(-1)
	runtime.GC()
	runtime.GC()
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	debug.WriteHeapDump(f.Fd())
	if err := f.Close(); err != nil {
		return err
	}
	close(requests)
	return nil
}

func main() {
	n, out := 300, "leak.heapdump"
	var err error
	for i := 1; i+1 < len(os.Args) && err == nil; i += 2 { // package flag would double the executable
		switch os.Args[i] {
		case "-n":
			n, err = strconv.Atoi(os.Args[i+1])
		case "-o":
			out = os.Args[i+1]
		}
	}
	if err == nil {
		err = run(n, out)
	}
	if err != nil {
		println("goleak:", err.Error())
		os.Exit(1)
	}
}
