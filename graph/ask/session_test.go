package ask_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/store"
	"github.com/refgraph/refgraph/testdata/goheap"
)

// leak opens a small real dump.
func leak(t *testing.T, change func(*ask.Options)) *ask.Session {
	t.Helper()
	path, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var o ask.Options
	o.Exe = exe
	if change != nil {
		change(&o)
	}
	s, err := ask.Open(t.Context(), path, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// questions are all that can be asked of one dump.
var questions = map[string]func(context.Context, *ask.Session) (any, error){
	"info": func(ctx context.Context, s *ask.Session) (any, error) { return s.Info(ctx, ask.InfoQuestion{}) },
	"top": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Top(ctx, ask.TopQuestion{By: histogram.ByRetained})
	},
	"paths": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Paths(ctx, ask.PathsQuestion{Type: "main.Session"})
	},
	"suspects": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Suspects(ctx, ask.SuspectsQuestion{Pictures: true})
	},
	"dominators": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Dominators(ctx, ask.DominatorsQuestion{})
	},
	"cycles": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Cycles(ctx, ask.CyclesQuestion{Rounds: true})
	},
	"backrefs": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Backrefs(ctx, ask.AroundQuestion{Type: "main.Session"})
	},
	"refs": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Refs(ctx, ask.AroundQuestion{Type: "main.Cache"})
	},
	"report": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Report(ctx, ask.ReportQuestion{Types: []string{"main.Session"}})
	},
	"diff": func(ctx context.Context, s *ask.Session) (any, error) {
		return s.Diff(ctx, s, ask.DiffQuestion{Nodes: 20})
	},
}

func written(t *testing.T, a any) string {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestManyAtOnce asks everything several times at once, cancels some of it, and
// compares with what a session says that is asked one thing.
func TestManyAtOnce(t *testing.T) {
	want := map[string]string{}
	for name, q := range questions {
		a, err := q(t.Context(), leak(t, nil))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want[name] = written(t, a)
	}
	s := leak(t, nil)
	var wait sync.WaitGroup
	for name, q := range questions {
		for i := range 4 {
			wait.Go(func() {
				ctx := t.Context()
				if i%2 == 1 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*200*time.Microsecond)
					defer cancel()
				}
				a, err := q(ctx, s)
				switch {
				case ctx.Err() != nil && err != nil:
				case err != nil:
					t.Errorf("%s: %v", name, err)
				case written(t, a) != want[name]:
					t.Errorf("%s says something else when it is asked beside others", name)
				}
			})
		}
	}
	wait.Wait()
}

// TestCloseWaits closes a session while somebody reads its graph.
func TestCloseWaits(t *testing.T) {
	s := leak(t, nil)
	reading, go_, closed := make(chan bool), make(chan bool), make(chan error)
	go func() {
		if err := s.Use(func(g *graph.Graph) error {
			close(reading)
			<-go_
			_ = g.Detail().Describe(0, false) // would crash if the file were unmapped
			return nil
		}); err != nil {
			t.Error(err)
		}
	}()
	<-reading
	for range 2 {
		go func() { closed <- s.Close() }()
	}
	select {
	case <-closed:
		t.Fatal("closed while the graph was read")
	case <-time.After(20 * time.Millisecond):
	}
	if _, err := s.Info(t.Context(), ask.InfoQuestion{}); !errors.Is(err, ask.ErrClosed) {
		t.Errorf("a question to a closed session: %v", err)
	}
	close(go_)
	for range 2 {
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}

// TestOpeningContextIsForOpening asks with a context of its own when that of Open
// has ended, for names that are read again from the dump.
func TestOpeningContextIsForOpening(t *testing.T) {
	path, exe, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := ask.Options{Cache: &dump.Cache{Dir: filepath.Join(t.TempDir(), "cache"), MinDump: 1, Warn: func(err error) { t.Error(err) }}}
	o.Exe = exe
	var first string
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := ask.Open(ctx, path, &o)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		asked, end := context.WithCancel(t.Context())
		end()
		if _, err := s.Object(asked, ask.ObjectQuestion{Object: "0x0"}); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled question: %v", err)
		}
		a, err := s.Refs(t.Context(), ask.AroundQuestion{Type: "main.Cache"})
		if err != nil {
			t.Fatal(err)
		}
		text := written(t, a)
		if first != "" && text != first || !strings.Contains(text, `"Label":".m key"`) {
			t.Errorf("when the dump is known it says\n%s\nwant\n%s", text, first)
		}
		first = text
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask.Open(cancelled, path, &o); !errors.Is(err, context.Canceled) {
		t.Errorf("opening with a context that has ended: %v", err)
	}
}

// TestEvicted asks again after all results were forgotten.
func TestEvicted(t *testing.T) {
	s := leak(t, nil)
	for range 2 {
		a, err := s.Paths(t.Context(), ask.PathsQuestion{Type: "Session"})
		if err != nil || a.Target.Count != 300 || len(a.Picture.Boxes) < 3 {
			t.Fatalf("%+v %v", a, err)
		}
		s.Evict(0)
	}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	s := leak(t, nil)
	ctx := t.Context()
	for name, c := range map[string]struct {
		ask   func() error
		usage bool
		hint  string
	}{
		"no objects":      {func() error { _, err := s.Paths(ctx, ask.PathsQuestion{}); return err }, true, "--type"},
		"both":            {func() error { _, err := s.Paths(ctx, ask.PathsQuestion{Type: "a", Object: "0x1"}); return err }, true, ""},
		"no such type":    {func() error { _, err := s.Refs(ctx, ask.AroundQuestion{Type: "main.Sesion"}); return err }, false, "main.Session"},
		"no address":      {func() error { _, err := s.Object(ctx, ask.ObjectQuestion{Object: "zz"}); return err }, true, ""},
		"no object":       {func() error { _, err := s.Object(ctx, ask.ObjectQuestion{Object: "0x10"}); return err }, false, "gone"},
		"no such order":   {func() error { _, err := s.Top(ctx, ask.TopQuestion{By: "size"}); return err }, true, ""},
		"no such cycle":   {func() error { _, err := s.Cycles(ctx, ask.CyclesQuestion{Show: 1 << 30}); return err }, true, ""},
		"no such suspect": {func() error { _, err := s.Suspects(ctx, ask.SuspectsQuestion{Number: 1000}); return err }, true, ""},
	} {
		var e *ask.Error
		if err := c.ask(); !errors.As(err, &e) || e.Usage != c.usage || !strings.Contains(e.Hint(), c.hint) {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

// TestNoRefcounts sees that a dump without reference counts is refused for them.
func TestNoRefcounts(t *testing.T) {
	path, _, err := goheap.Leak(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask.Open(t.Context(), path, &ask.Options{Refcounts: true}); err == nil || !strings.Contains(err.Error(), "no reference counts") {
		t.Errorf("got %v", err)
	}
}

// TestValuesAreNotKept sees that an answer with heap values does not get into the
// index.
func TestValuesAreNotKept(t *testing.T) {
	for _, values := range []bool{false, true} {
		s := leak(t, func(o *ask.Options) { o.Values = values })
		if _, err := s.Top(t.Context(), ask.TopQuestion{}); err != nil {
			t.Fatal(err)
		}
		answers := 0
		if err := s.Use(func(g *graph.Graph) error {
			store.Of(g).Kept(func(key string, _ store.Keeper) {
				if strings.HasPrefix(key, "answer-") {
					answers++
				}
			})
			return nil
		}); err != nil || (answers > 0) == values {
			t.Errorf("with values %v the index gets %d answers (%v)", values, answers, err)
		}
	}
}
