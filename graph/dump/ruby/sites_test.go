package ruby

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// TestSites reads the sites of a dump by Ruby, and of one without.
func TestSites(t *testing.T) {
	src, err := source.Open("../../../testdata/ruby/ruby31.jsonl.gz", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src, err = source.Plain(t.Context(), src, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s, err := ReadSites(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	top := s.Statistics(sites.ByLine, false)[0]
	if f := top.Frames[0]; filepath.Base(f.File) != "small.rb" || f.Line != 23 || f.Func != "new" || top.Count != 15 {
		t.Errorf("most is from %v %q, %d", f, f.Func, top.Count)
	}
	plain := `{"address":"0x10", "type":"STRING", "value":"x", "file":7, "line":"no", "memsize":40}` + "\n{"
	var none *sites.NoneError
	if _, err := ReadSites(t.Context(), source.FromBytes("plain", []byte(plain), source.Options{})); !errors.As(err, &none) {
		t.Errorf("without sites: %v", err)
	}
}
