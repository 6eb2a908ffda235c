package ask

import (
	"context"
	"errors"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/store"
)

// ErrClosed is the error of questions to a session that was closed.
var ErrClosed = errors.New("the session is closed")

// Options of [Open]. The zero value is the default.
type Options struct {
	dump.Options

	Cache     *dump.Cache  // where graphs that were read are kept; nil keeps none
	Keep      store.Policy // what is kept of results
	Values    bool         // answers show heap contents: strings, map keys, numbers
	Refcounts bool         // notes tell reference counts, of dumps that have them
}

// Session is an open dump and the questions about it. It is safe for concurrent
// use.
type Session struct {
	path   string // "" if there is no file
	opts   Options
	d      *dump.Dump
	g      *graph.Graph
	counts refcounter // with Options.Refcounts

	ctx  context.Context // of computations: ends after the last question
	stop context.CancelFunc

	mu      sync.Mutex
	readers int
	closing bool
	idle    chan struct{} // closed when the last reader has gone, once closing
	done    chan struct{} // closed when all is closed
	err     error         // of closing
}

// Open opens a dump. The context is for opening only: what questions compute later
// runs on a context of the session. The errors are those of [dump.Open].
func Open(ctx context.Context, path string, opts *Options) (*Session, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	release := context.AfterFunc(ctx, stop) // while it is opened
	d, err := o.Cache.Open(own, path, &o.Options)
	if !release() && err == nil {
		err = ctx.Err()
		d.Close()
	}
	if err != nil {
		stop()
		return nil, err
	}
	return start(own, stop, path, d, o)
}

// Of is the session of a dump that is open; closing the session closes it.
func Of(ctx context.Context, d *dump.Dump, opts *Options) (*Session, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	return start(own, stop, "", d, o)
}

func start(ctx context.Context, stop context.CancelFunc, path string, d *dump.Dump, o Options) (*Session, error) {
	s := &Session{path: path, opts: o, d: d, g: d.Graph, ctx: ctx, stop: stop, idle: make(chan struct{}), done: make(chan struct{})}
	if o.Refcounts {
		if s.counts = countsOf(s.g); s.counts == nil {
			d.Close()
			stop()
			return nil, &Error{What: "--refcounts: a " + s.g.Info().Format + " dump has no reference counts", Do: "leave --refcounts out; only dumps of a runtime that counts references have them"}
		}
	}
	st := store.Of(s.g)
	st.SetContext(ctx)
	st.SetPolicy(o.Keep)
	return s, nil
}

// Use calls do with the graph, for analyses of one's own. The graph is good until
// do returns. The error is do's, or [ErrClosed].
func (s *Session) Use(do func(g *graph.Graph) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return do(s.g)
}

// Dump returns what the dump is, without computing anything.
func (s *Session) Dump() Dump { return newDump(s.g) }

// Warnings returns what could not be read of the dump.
func (s *Session) Warnings() []graph.Warning { return s.g.Warnings() }

// Err tells whether what was shown of the dump could be read, so far.
func (s *Session) Err() error { return s.d.Err() }

// enter counts one more reader of the graph.
func (s *Session) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return ErrClosed
	}
	s.readers++
	return nil
}

func (s *Session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readers--; s.closing && s.readers == 0 {
		close(s.idle)
	}
}

// Close ends the session: no question is taken any more, those that were asked are
// answered, then the dump is closed and what is worth it is kept in the index.
// All who call it wait for that.
func (s *Session) Close() error {
	s.mu.Lock()
	first := !s.closing
	s.closing = true
	if first && s.readers == 0 {
		close(s.idle)
	}
	s.mu.Unlock()
	if first {
		<-s.idle
		s.err = s.d.Close()
		s.stop()
		close(s.done)
	}
	<-s.done
	return s.err
}

// Evict forgets results until those that were used last take no more than so many
// bytes; 0 forgets all. They are computed again when they are needed.
func (s *Session) Evict(bytes int64) { store.Of(s.g).Evict(bytes) }

// answer runs one question as a reader of the graph.
func answer[A any](ctx context.Context, s *Session, find func(ctx context.Context) (A, error)) (A, error) {
	var none A
	if err := s.enter(); err != nil {
		return none, err
	}
	defer s.leave()
	if err := ctx.Err(); err != nil {
		return none, err
	}
	return find(ctx)
}
