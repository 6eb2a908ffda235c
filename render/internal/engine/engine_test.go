package engine

import (
	"context"
	"encoding/json"
	"testing"
)

func TestLayout(t *testing.T) {
	out, err := Layout(context.Background(), []byte(`digraph { a [shape=box,label="",fixedsize=true,width=2,height=1]; b; a -> b [label=<<table fixedsize="true" width="80" height="20" border="0"><tr><td></td></tr></table>>]; b -> b; }`))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", out)
	var v any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
}
