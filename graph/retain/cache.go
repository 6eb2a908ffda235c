package retain

// cache is a small direct-mapped cache in front of a map: millions of lookups
// in a row ask for the same few keys.
type cache[K comparable] struct {
	slots [64]struct {
		key   K
		value int32
		used  bool
	}
}

// get returns the value of the key, which it asks of slow at a miss. The hash
// need not be good.
func (c *cache[K]) get(hash uint32, key K, slow func(K) int32) int32 {
	s := &c.slots[(hash^hash>>6^hash>>12)%64]
	if !s.used || s.key != key {
		s.key, s.value, s.used = key, slow(key), true
	}
	return s.value
}
