// Command slice appends each request to an audit log in a field of a server.
package main

import "leaks/leak"

type Request struct {
	URL  string
	Body [16]uint64
}

type Server struct {
	audit []*Request
	name  string
}

var server = &Server{name: "orders"}

func main() {
	leak.Ballast(16)
	for range leak.N(20_000) {
		server.audit = append(server.audit, &Request{URL: "/"})
	}
	leak.Dump()
}
