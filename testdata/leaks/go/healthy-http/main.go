// Command healthy-http is an HTTP server under load: sessions with a bound, a
// router, keep-alive connections, a sync.Pool.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"leaks/leak"
)

type session struct {
	user string
	seen map[string]int
}

type store struct {
	mu       sync.Mutex
	sessions map[string]*session
	order    []string
}

const most = 400

func (s *store) get(user string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.sessions[user]; x != nil {
		return x
	}
	x := &session{user: user, seen: map[string]int{}}
	s.sessions[user] = x
	s.order = append(s.order, user)
	if len(s.order) > most {
		delete(s.sessions, s.order[0])
		s.order = s.order[1:]
	}
	return x
}

var pool = sync.Pool{New: func() any { return make([]byte, 32<<10) }}

func main() {
	leak.Ballast(8)
	s := &store{sessions: map[string]*session{}}
	mux := http.NewServeMux()
	for i := range 200 {
		mux.HandleFunc(fmt.Sprintf("/api/v1/resource%d", i), func(w http.ResponseWriter, r *http.Request) {
			buf := pool.Get().([]byte)
			defer pool.Put(buf) //nolint:staticcheck // as many servers do
			x := s.get(r.URL.Query().Get("user"))
			s.mu.Lock()
			x.seen[r.URL.Path]++
			s.mu.Unlock()
			_ = json.NewEncoder(w).Encode(map[string]any{"user": x.user, "path": r.URL.Path})
		})
	}
	server := httptest.NewServer(mux)
	client := server.Client()
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range leak.N(400) {
				resp, err := client.Get(fmt.Sprintf("%s/api/v1/resource%d?user=u%d", server.URL, i%200, (c*400+i)%900))
				if err != nil {
					panic(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		}()
	}
	wg.Wait()
	leak.Dump()
}
