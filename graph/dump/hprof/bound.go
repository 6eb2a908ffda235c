package hprof

import (
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// maxFields are the fields that bound a cache, by the start of its class's name:
// caches of libraries that many programs use.
var maxFields = []struct{ class, field string }{
	{"com.github.benmanes.caffeine.cache.", "maximum"},
	{"com.google.common.cache.LocalCache", "maxWeight"},
	{"org.h2.mvstore.cache.CacheLongKeyLIRS", "maxMemory"},
	{"org.h2.util.CacheLRU", "maxMemory"},
	{"org.springframework.util.ConcurrentLruCache", "capacity"},
	{"org.springframework.util.ConcurrentLruCache", "sizeLimit"},
	{"org.apache.catalina.webresources.Cache", "maxSize"},
}

// boundFields are fields whose containers have one entry for each class of the
// program, by the class that declares them.
var boundFields = map[string][]string{
	"java.lang.ClassLoader": {"parallelLockMap", "packages"},
}

// fixed are containers that cannot grow.
var fixed = map[string]bool{"java.util.concurrent.atomic.AtomicReferenceArray": true}

// bounds notes the containers that bound themselves, and what they are the inside
// of.
func (h *heap) bounds(d *detail) {
	may := make([]bool, len(h.types))
	any := false
	for t := range h.types {
		c := h.types[t].class
		may[t] = c != nil && mayBound(c)
		any = any || may[t]
	}
	if !any {
		return
	}
	g := h.b.Graph()
	found := map[graph.NodeID]string{}
	for i, t := range g.TypeColumn() {
		if int(t) < len(may) && may[t] {
			n := graph.NodeID(i)
			if what, ok := d.ownBound(n); ok {
				found[n] = what
			}
			d.boundFields(n, found)
		}
	}
	const wrappers = 2 // around a cache: Guava's and Caffeine's have one
	for range wrappers {
		for n, what := range h.around(found) {
			found[n] = what
		}
	}
	for n, what := range found {
		h.b.SetBound(n, what)
	}
}

// boundFields notes what certain fields of an object lead to.
func (d *detail) boundFields(n graph.NodeID, found map[graph.NodeID]string) {
	for class, names := range boundFields {
		if !d.h.typeInfo(d.g.Type(n)).class.is(class) {
			continue
		}
		for _, name := range names {
			if to, ok := d.followIn(n, class, name); ok {
				found[to] = "has an entry for each class or package that was loaded"
			}
		}
	}
}

// around finds what objects are the inside of.
func (h *heap) around(inner map[graph.NodeID]string) map[graph.NodeID]string {
	out := map[graph.NodeID]string{}
	if len(inner) == 0 {
		return out
	}
	g := h.b.Graph()
	for i, typ := range g.TypeColumn() {
		n := graph.NodeID(i)
		t := h.typeInfo(typ)
		if !t.insides || t.entry {
			continue
		}
		for k, to := range g.Row(n) {
			what, ok := inner[to]
			if f := int(g.Label(n, k)) - slotFirst; ok && f >= 0 && f < len(t.class.fields) && t.class.fields[f].role == inside {
				out[n] = what
			}
		}
	}
	return out
}

// mayBound reports whether instances of a class may bound themselves.
func mayBound(c *class) bool {
	if c.Name != linkedHashMap && c.is(linkedHashMap) || fixed[c.Name] || c.Name == guavaSegment {
		return true
	}
	for class := range boundFields {
		if c.is(class) {
			return true
		}
	}
	for _, m := range maxFields {
		if strings.HasPrefix(c.Name, m.class) {
			return true
		}
	}
	return false
}

// ownBound is what bounds the object itself.
func (d *detail) ownBound(n graph.NodeID) (string, bool) {
	c := d.h.typeInfo(d.g.Type(n)).class
	if c == nil {
		return "", false
	}
	if c.Name != linkedHashMap && c.is(linkedHashMap) {
		if v, ok := d.number(n, "accessOrder"); ok && v != 0 {
			return "removes its eldest entry", true // whoever orders by access and extends the class does it for that
		}
	}
	if fixed[c.Name] {
		return "cannot grow", true
	}
	if c.Name == guavaSegment {
		to, ok := d.followIn(n, guavaSegment, "map")
		if !ok {
			return "", false
		}
		return d.ownBound(to)
	}
	for _, m := range maxFields {
		if !strings.HasPrefix(c.Name, m.class) {
			continue
		}
		if v, ok := d.number(n, m.field); ok && v > 0 && v < 1<<62 {
			return fmt.Sprintf("has a maximum of %d", v), true
		}
	}
	return "", false
}

// guavaSegment is a part of a LocalCache, which knows the bound.
const guavaSegment = "com.google.common.cache.LocalCache$Segment"

const linkedHashMap = "java.util.LinkedHashMap"

// number reads a field that holds an integer.
func (d *detail) number(n graph.NodeID, name string) (int64, bool) {
	o, ok := d.object(n, 1<<12)
	if !ok || o.tag != subInstance || o.class == nil {
		return 0, false
	}
	for _, f := range o.class.fields {
		size := d.h.file.ids.sizeOf(f.Type)
		if f.Name != name || f.Type == typeObject || f.Off+size > len(o.body) {
			continue
		}
		v := value(o.body[f.Off:][:size])
		shift := 64 - 8*size
		return int64(v<<shift) >> shift, true
	}
	return 0, false
}
