package hprof

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
)

// role is what a field of a container or of its entries is for.
type role uint8

const (
	ordinary role = iota // a field like any other
	inside               // leads to another part of the same container
	keyOf                // the key of an entry
	valueOf              // the value of an entry
	elemOf               // the element of an entry
)

var roles = map[string]role{"": inside, "key": keyOf, "value": valueOf, "elem": elemOf}

// containers lists the fields that make up the containers of the JDK and of
// libraries, by the class that declares them: "table" leads to another part,
// "val=value" is the value of an entry. Objects of classes that have a key, value
// or element are entries: parts of a container wherever they are.
var containers = map[string]string{
	"java.util.HashMap":                                                 "table",
	"java.util.HashMap$Node":                                            "key=key value=value next",
	"java.util.HashMap$Entry":                                           "key=key value=value next", // up to JDK 7
	"java.util.HashMap$TreeNode":                                        "parent left right prev",
	"java.util.LinkedHashMap":                                           "head tail header",
	"java.util.LinkedHashMap$Entry":                                     "before after",
	"java.util.HashSet":                                                 "map",
	"java.util.TreeMap":                                                 "root",
	"java.util.TreeMap$Entry":                                           "key=key value=value left right parent",
	"java.util.TreeSet":                                                 "m",
	"java.util.Hashtable":                                               "table",
	"java.util.Hashtable$Entry":                                         "key=key value=value next",
	"java.util.Properties":                                              "map",
	"java.util.IdentityHashMap":                                         "table",
	"java.util.EnumMap":                                                 "vals",
	"java.util.WeakHashMap":                                             "table",
	"java.util.WeakHashMap$Entry":                                       "value=value next",
	"java.util.ArrayList":                                               "elementData",
	"java.util.Vector":                                                  "elementData",
	"java.util.ArrayDeque":                                              "elements",
	"java.util.PriorityQueue":                                           "queue",
	"java.util.Arrays$ArrayList":                                        "a",
	"java.util.LinkedList":                                              "first last header",
	"java.util.LinkedList$Node":                                         "item=elem next prev",
	"java.util.LinkedList$Entry":                                        "element=elem next previous",
	"java.util.ImmutableCollections$ListN":                              "elements",
	"java.util.ImmutableCollections$List12":                             "e0=elem e1=elem",
	"java.util.ImmutableCollections$SetN":                               "elements",
	"java.util.ImmutableCollections$Set12":                              "e0=elem e1=elem",
	"java.util.ImmutableCollections$MapN":                               "table",
	"java.util.ImmutableCollections$Map1":                               "k0=key v0=value",
	"java.util.Collections$SetFromMap":                                  "m",
	"java.util.Collections$SynchronizedCollection":                      "c",
	"java.util.Collections$SynchronizedMap":                             "m",
	"java.util.Collections$UnmodifiableCollection":                      "c",
	"java.util.Collections$UnmodifiableMap":                             "m",
	"java.util.concurrent.ConcurrentHashMap":                            "table nextTable segments",
	"java.util.concurrent.ConcurrentHashMap$Node":                       "key=key val=value next",
	"java.util.concurrent.ConcurrentHashMap$TreeBin":                    "root first",
	"java.util.concurrent.ConcurrentHashMap$TreeNode":                   "parent left right prev",
	"java.util.concurrent.ConcurrentHashMap$Segment":                    "table",
	"java.util.concurrent.ConcurrentHashMap$HashEntry":                  "key=key value=value next",
	"java.util.concurrent.ConcurrentHashMap$CollectionView":             "map",
	"java.util.concurrent.ConcurrentSkipListMap":                        "head",
	"java.util.concurrent.ConcurrentSkipListMap$Index":                  "node down right",
	"java.util.concurrent.ConcurrentSkipListMap$Node":                   "key=key val=value value=value next",
	"java.util.concurrent.ConcurrentSkipListSet":                        "m",
	"java.util.concurrent.CopyOnWriteArrayList":                         "array",
	"java.util.concurrent.CopyOnWriteArraySet":                          "al",
	"java.util.concurrent.ConcurrentLinkedQueue":                        "head tail",
	"java.util.concurrent.ConcurrentLinkedQueue$Node":                   "item=elem next",
	"java.util.concurrent.ConcurrentLinkedDeque":                        "head tail",
	"java.util.concurrent.ConcurrentLinkedDeque$Node":                   "item=elem next prev",
	"java.util.concurrent.LinkedBlockingQueue":                          "head last",
	"java.util.concurrent.LinkedBlockingQueue$Node":                     "item=elem next",
	"java.util.concurrent.LinkedBlockingDeque":                          "first last",
	"java.util.concurrent.LinkedBlockingDeque$Node":                     "item=elem next prev",
	"java.util.concurrent.LinkedTransferQueue":                          "head tail",
	"java.util.concurrent.LinkedTransferQueue$Node":                     "item=elem next",
	"java.util.concurrent.ArrayBlockingQueue":                           "items",
	"java.util.concurrent.PriorityBlockingQueue":                        "queue",
	"java.util.concurrent.DelayQueue":                                   "q",
	"java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue": "queue",
	"java.util.concurrent.atomic.AtomicReferenceArray":                  "array",
	"java.lang.Thread":                                                  "threadLocals inheritableThreadLocals",
	"java.lang.ThreadLocal$ThreadLocalMap":                              "table",
	"java.lang.ThreadLocal$ThreadLocalMap$Entry":                        "value=value",

	"com.google.common.cache.LocalCache":                                               "segments",
	"com.google.common.cache.LocalCache$LocalManualCache":                              "localCache",
	"com.google.common.cache.LocalCache$Segment":                                       "table",
	"com.google.common.cache.LocalCache$StrongEntry":                                   "key=key valueReference next",
	"com.google.common.cache.LocalCache$StrongAccessEntry":                             "nextAccess previousAccess",
	"com.google.common.cache.LocalCache$StrongWriteEntry":                              "nextWrite previousWrite",
	"com.google.common.cache.LocalCache$StrongAccessWriteEntry":                        "nextAccess previousAccess nextWrite previousWrite",
	"com.google.common.cache.LocalCache$WeakEntry":                                     "valueReference next",
	"com.google.common.cache.LocalCache$StrongValueReference":                          "referent=value",
	"com.google.common.collect.RegularImmutableMap":                                    "entries table",
	"com.google.common.collect.ImmutableMapEntry":                                      "nextInKeyBucket",
	"com.google.common.collect.ImmutableEntry":                                         "key=key value=value",
	"com.google.common.collect.RegularImmutableList":                                   "array",
	"com.google.common.collect.RegularImmutableSet":                                    "elements table",
	"com.google.common.collect.AbstractMapBasedMultimap":                               "map",
	"com.google.common.collect.HashBiMap":                                              "hashTableKToV hashTableVToK",
	"com.google.common.collect.MapMakerInternalMap":                                    "segments",
	"com.google.common.collect.MapMakerInternalMap$Segment":                            "table",
	"com.github.benmanes.caffeine.cache.BoundedLocalCache":                             "data",
	"com.github.benmanes.caffeine.cache.UnboundedLocalCache":                           "data",
	"com.github.benmanes.caffeine.cache.BoundedLocalCache$BoundedLocalManualCache":     "cache",
	"com.github.benmanes.caffeine.cache.UnboundedLocalCache$UnboundedLocalManualCache": "cache",

	"kotlin.collections.ArrayDeque":                        "elementData",
	"kotlin.collections.builders.ListBuilder":              "array backing",
	"kotlin.collections.builders.MapBuilder":               "keysArray valuesArray",
	"kotlin.collections.builders.SetBuilder":               "backing",
	"kotlinx.coroutines.internal.LockFreeTaskQueue":        "_cur",
	"kotlinx.coroutines.internal.LockFreeTaskQueueCore":    "array _next",
	"kotlinx.coroutines.channels.BufferedChannel":          "sendSegment receiveSegment bufferEndSegment",
	"kotlinx.coroutines.channels.ChannelSegment":           "data",
	"kotlinx.coroutines.internal.ConcurrentLinkedListNode": "_next _prev",

	"scala.collection.immutable.$colon$colon":         "head=elem next tl",
	"scala.collection.immutable.HashMap":              "rootNode",
	"scala.collection.immutable.BitmapIndexedMapNode": "content",
	"scala.collection.immutable.HashSet":              "rootNode",
	"scala.collection.immutable.BitmapIndexedSetNode": "content",
	"scala.collection.immutable.Map$Map1":             "key1=key value1=value",
	"scala.collection.immutable.Vector":               "prefix1",
	"scala.collection.mutable.HashMap":                "table scala$collection$mutable$HashMap$$table",
	"scala.collection.mutable.HashMap$Node":           "_key=key _value=value _next",
	"scala.collection.mutable.HashSet":                "table scala$collection$mutable$HashSet$$table",
	"scala.collection.mutable.HashSet$Node":           "_key=elem _next",
	"scala.collection.mutable.ArrayBuffer":            "array",
	"scala.collection.mutable.ListBuffer":             "first last0",
	"scala.collection.mutable.ArrayDeque":             "array",
	"scala.collection.concurrent.TrieMap":             "root",
	"scala.collection.concurrent.INodeBase":           "mainnode",
	"scala.collection.concurrent.LNode":               "k=key v=value next",
	"scala.collection.concurrent.CNode":               "array",
	"scala.collection.concurrent.SNode":               "k=key v=value",

	"io.netty.util.collection.IntObjectHashMap":             "values",
	"io.netty.util.collection.LongObjectHashMap":            "values",
	"io.netty.util.concurrent.FastThreadLocalThread":        "threadLocalMap",
	"io.netty.util.internal.InternalThreadLocalMap":         "indexedVariables",
	"io.netty.util.internal.UnpaddedInternalThreadLocalMap": "indexedVariables",
}

// roleOf is what a field is for that a class declares.
func roleOf(class, name string) role {
	name = strings.TrimSuffix(name, "$volatile") // what Kotlin's atomic fields are called since coroutines 1.8
	spec, ok := containers[class]
	if !ok {
		return caffeineRole(class, name)
	}
	for f := range strings.FieldsSeq(spec) {
		if field, what, _ := strings.Cut(f, "="); field == name {
			return roles[what]
		}
	}
	return ordinary
}

// caffeineRole is for the entries of Caffeine's caches, whose classes are
// generated: one for each combination of what a cache can do.
func caffeineRole(class, name string) role {
	short, ok := strings.CutPrefix(class, "com.github.benmanes.caffeine.cache.")
	switch {
	case !ok || strings.ToUpper(short) != short:
		return ordinary
	case name == "key":
		return keyOf
	case name == "value":
		return valueOf
	case strings.HasPrefix(name, "next"), strings.HasPrefix(name, "previous"):
		return inside
	}
	return ordinary
}

// parts are classes whose objects are parts of containers without having a key,
// value or element of their own; also those of their subclasses, and arrays of them.
var parts = map[string]bool{
	"java.util.concurrent.ConcurrentHashMap$Segment":        true,
	"com.google.common.cache.LocalCache$Segment":            true,
	"com.google.common.collect.MapMakerInternalMap$Segment": true,
	"kotlinx.coroutines.channels.ChannelSegment":            true,
	"scala.collection.concurrent.BasicNode":                 true,
	"scala.collection.concurrent.MainNode":                  true,
	"scala.collection.immutable.MapNode":                    true,
	"scala.collection.immutable.SetNode":                    true,
}

// isEntry reports whether all instances of a class are parts of containers.
func (c *class) isEntry() bool {
	for _, f := range c.fields {
		if f.role >= keyOf {
			return true
		}
	}
	return c.isPart()
}

// isPart reports whether the class, or one above it, is in parts.
func (c *class) isPart() bool {
	for at, depth := c, 0; at != nil && depth < maxDepth; at, depth = at.super, depth+1 {
		if parts[at.Name] {
			return true
		}
	}
	return false
}

// hasInsides reports whether instances of a class refer to other parts of a
// container.
func (c *class) hasInsides() bool {
	for _, f := range c.fields {
		if f.role == inside {
			return true
		}
	}
	return false
}

// fold marks the insides of containers: all entries, and what the fields of a
// container lead to.
func (h *heap) fold(ctx context.Context) error {
	g := h.b.Graph()
	marked := graph.NewBitset(g.Len())
	const part = 1 << 16
	err := graph.Parallel(ctx, (g.Len()+part-1)/part, h.src.Options.Workers, func(i int) error {
		for n := graph.NodeID(i * part); int(n) < min(g.Len(), (i+1)*part); n++ {
			t := h.typeInfo(g.Type(n))
			if t.entry {
				h.b.SetInternal(n)
			}
			if t.insides && (!t.entry || t.class.isPart()) { // other entries lead to entries only
				for k, to := range g.Row(n) {
					if f := int(g.Label(n, k)) - slotFirst; f >= 0 && f < len(t.class.fields) && t.class.fields[f].role == inside {
						atomic.OrUint64(&marked[to>>6], 1<<(to&63))
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for n := range marked.All() {
		h.b.SetInternal(n)
	}
	return nil
}
