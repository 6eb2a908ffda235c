// Package ask answers questions about a heap dump. It is what every front end
// uses: the commands, the pictures, the report, and a library's user.
//
// [Open] opens a dump as a [Session]. A question is a struct whose zero value has
// the defaults; an answer is one struct, which written as JSON is the contract of
// the command of that name.
//
//	s, err := ask.Open(ctx, "app.heapdump", nil)
//	if err != nil { … }
//	defer s.Close()
//	a, err := s.Paths(ctx, ask.PathsQuestion{Type: "Session"})
//
// A session is safe for concurrent questions: what several need is computed once,
// and a question that is cancelled harms no other. Answers are plain data that
// stay good when the session is closed; they may be shared and must not be
// changed. Importing this package links no layout engine and has no side effect.
//
// Heap contents are secret: answers hold names of types and fields, and other
// values only with [Options].Values.
package ask
