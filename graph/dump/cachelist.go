package dump

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Known is one dump of which a cache keeps something.
type Known struct {
	Name  string    // of the dump's file
	Size  int64     // of all that is kept of it
	Files int       // that it is kept in
	Used  time.Time // last
}

// Dumps returns the dumps that the cache knows, those used last first. A dump that
// was read with and without its executable, or was changed, is several.
func (c *Cache) Dumps() ([]Known, error) {
	list, err := c.List()
	at := map[string]int{}
	var out []Known
	for _, e := range list {
		name, _, ok := strings.Cut(e.Name, keyMark)
		if !ok || strings.HasPrefix(e.Name, ".") {
			continue // half written, or of an older version
		}
		dump := e.Name[:len(name)+len(keyMark)+keyLen]
		i, ok := at[dump]
		if !ok {
			i = len(out)
			at[dump] = i
			out = append(out, Known{Name: name})
		}
		out[i].Size += e.Size
		out[i].Files++
		if e.Used.After(out[i].Used) {
			out[i].Used = e.Used
		}
	}
	slices.SortStableFunc(out, func(a, b Known) int { return cmp.Or(b.Used.Compare(a.Used), strings.Compare(a.Name, b.Name)) })
	return out, err
}
