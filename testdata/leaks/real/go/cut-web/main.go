// Command cut-web is a web server that keeps sessions in five ways at once: in a
// sync.Map, in an LRU cache, in an audit log, in a hub's history and in goroutines
// that wait for what never comes. It loads itself over loopback.
package main

import (
	"container/list"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"leaks/leak"
)

// Session is what the server keeps for each visitor.
type Session struct {
	ID    string
	User  *User
	Cart  []Item
	token []byte
}

// User is shared by the sessions of one person.
type User struct {
	Name string
}

// Item is a line of a cart.
type Item struct {
	SKU string
	N   int
}

// SessionStore is where sessions belong.
type SessionStore struct{ m sync.Map }

// lru keeps the last sessions, most recent first.
type lru struct {
	mu  sync.Mutex
	ll  *list.List
	idx map[string]*list.Element
}

type lruEntry struct {
	key string
	s   *Session
}

// Hub remembers who was seen last.
type Hub struct {
	mu   sync.Mutex
	hist [50]*Session
	next int
}

// Server is the application.
type Server struct {
	store SessionStore
	cache lru
	hub   Hub
	mu    sync.Mutex
	audit []*Session
	users map[string]*User
	done  chan struct{}
}

func (s *Server) user(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[name]
	if u == nil {
		u = &User{Name: name}
		s.users[name] = u
	}
	return u
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	sess := &Session{ID: id, User: s.user(r.URL.Query().Get("user")), Cart: []Item{{"sku-" + id, 1}}, token: make([]byte, 1024)}
	s.store.m.Store(id, sess)
	s.cache.mu.Lock()
	s.cache.idx[id] = s.cache.ll.PushFront(&lruEntry{id, sess})
	s.cache.mu.Unlock()
	s.mu.Lock()
	s.audit = append(s.audit, sess)
	s.mu.Unlock()
	s.hub.mu.Lock()
	s.hub.hist[s.hub.next%len(s.hub.hist)] = sess
	s.hub.next++
	n := s.hub.next
	s.hub.mu.Unlock()
	if n%4 == 0 {
		go s.expire(sess)
	}
	fmt.Fprintln(w, "ok")
}

// expire would end a session when the server stops, which it never does.
func (s *Server) expire(sess *Session) {
	<-s.done
	s.store.m.Delete(sess.ID)
}

func main() {
	s := &Server{cache: lru{ll: list.New(), idx: map[string]*list.Element{}}, users: map[string]*User{}, done: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/login", s.login)
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() { _ = http.Serve(lis, mux) }()
	for i := range leak.N(4000) {
		res, err := http.Get(fmt.Sprintf("http://%s/login?id=s%d&user=u%d", lis.Addr(), i, i%500))
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	leak.Dump()
}
