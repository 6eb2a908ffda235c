package retain_test

import (
	"fmt"
	"testing"

	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/retain"
)

// TestBeyondReach has objects behind references of each kind, alone and one behind the
// other: what a soft one reaches is soft, also behind a strong one, and a weak one
// behind a soft one makes it weak.
func TestBeyondReach(t *testing.T) {
	for picture, want := range map[string]string{
		`root>A>B`:            "[]",
		`root>A A>B:weak A>B`: "[]",
		`root>A A>S:soft S>T S>W:weak A>W:phantom`:      "[{soft 2 2} {weak 1 1}]",
		`root>A A>P:phantom P>Q P>R:soft A>F:finalizer`: "[{finalizer 1 1} {phantom 3 3}]",
		`root>A A>W:weak W>S:soft S>W`:                  "[{weak 2 2}]",
		`root>A B>C:soft C>B`:                           "[]",
	} {
		g := graphtest.Parse(t, picture)
		got, err := retain.BeyondReach(t.Context(), g.Graph)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v %v, want %s", picture, got, err, want)
		}
	}
}
