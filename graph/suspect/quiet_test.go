package suspect

import (
	"strings"
	"testing"
)

// A set of weak references follows from what holds their objects; once those are
// gone it is a leak of its own.
func TestWeakReferencesToTheLiving(t *testing.T) {
	for _, alive := range []bool{true, false} {
		p := picture{python: true}
		ballast(&p)
		p.add("@module_tasks>m m=module/64 m.all>all all=set/262144")
		for i := range 4000 {
			p.add("all>w%d w%d=weakref.ReferenceType/120", i, i)
			if alive {
				p.add("w%d>t%d:weak t%d=app.Task/64 @stack/%d/main.run/t>t%d", i, i, i, i%50+10, i)
			}
		}
		list := findAll(t, heap(t, &p))
		told := strings.Contains(show(list), "ReferenceType") || strings.Contains(show(list), "dead weak references")
		if told == alive {
			t.Errorf("the objects are alive: %v, and there are\n%s", alive, show(list))
		}
	}
}

// The runtime's records of goroutines are told with the goroutines.
func TestThreadsAreNoElements(t *testing.T) {
	var p picture
	for i := range 4000 {
		p.add("@stack/%d/main.send/req/chan_send>req%d req%d=main.Request/4096", i+1000, i, i)
		p.add("@stack/1/main.main/all>g%d @stack/2/main.other/all>g%d g%d=runtime.g/2048", i, i, i)
	}
	list := findAll(t, heap(t, &p))
	if len(list) != 1 || list[0].Detector != "stack" {
		t.Errorf("want the goroutines alone:\n%s", show(list))
	}
}

func TestPlaced(t *testing.T) {
	for via, want := range map[string]string{` (key)`: " as keys", ` (member)`: " as members", `.m["…"]`: ` in .m["…"]`, ` (first)`: " in (first)"} {
		if got := placed(via); got != want {
			t.Errorf("%q: %q, want %q", via, got, want)
		}
	}
}
