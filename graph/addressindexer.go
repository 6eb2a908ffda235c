package graph

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// ErrMisaligned is returned for an object address that is not a multiple of the
// slot size.
var ErrMisaligned = errors.New("misaligned object address")

// AddressIndexer collects the addresses of all objects, in any order.
type AddressIndexer struct {
	shift  uint8
	blocks [][]uint64
	runs   []addrRun
	// ordered says that the runs were added in address order, which makes
	// building faster.
	ordered bool
	err     error
}

type addrRun struct {
	start  uint64
	stride uint64
	n      int
	slots  []uint64 // which of the n there are; nil for all
}

// NewAddressIndexer starts an index of objects whose addresses are multiples of
// 2^shift bytes.
func NewAddressIndexer(shift uint8) *AddressIndexer { return &AddressIndexer{shift: shift} }

// Add adds one object.
func (x *AddressIndexer) Add(addr uint64) {
	const blockLen = 1 << 16
	if k := len(x.blocks); k == 0 || len(x.blocks[k-1]) == blockLen {
		x.blocks = append(x.blocks, make([]uint64, 0, min(blockLen, 64<<min(k*4, 16))))
	}
	last := &x.blocks[len(x.blocks)-1]
	*last = append(*last, addr)
	x.check(addr)
}

// AddRun adds n objects, stride bytes apart.
func (x *AddressIndexer) AddRun(start, stride uint64, n int) { x.add(addrRun{start, stride, n, nil}) }

// AddSlots adds those of n objects, stride bytes apart, whose bits are set in
// slots, which must have no further bits and is kept.
func (x *AddressIndexer) AddSlots(start, stride uint64, n int, slots []uint64) {
	x.add(addrRun{start, stride, n, slots})
}

func (x *AddressIndexer) add(r addrRun) {
	start, stride, n := r.start, r.stride, r.n
	if n <= 0 {
		return
	}
	x.check(start)
	x.check(stride)
	if last := start + stride*uint64(n-1); last < start {
		x.fail(fmt.Errorf("objects from 0x%x wrap around the address space", start))
		return
	}
	if k := len(x.runs); k == 0 {
		x.ordered = true
	} else if last := &x.runs[k-1]; last.stride == stride && last.slots == nil && r.slots == nil && last.start+stride*uint64(last.n) == start {
		last.n += n // goes on where the last run ends
		return
	} else if start < last.start {
		x.ordered = false
	}
	x.runs = append(x.runs, r)
}

func (x *AddressIndexer) check(addr uint64) {
	if addr&(1<<x.shift-1) != 0 {
		x.fail(fmt.Errorf("0x%x: %w", addr, ErrMisaligned))
	}
}

func (x *AddressIndexer) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

// last is the address of the run's last slot.
func (r *addrRun) last() uint64 { return r.start + uint64(r.n-1)*r.stride }

// each calls do with every address, in the order of adding; runs come last.
func (x *AddressIndexer) each(do func(addr uint64)) {
	x.eachSingle(do)
	for i := range x.runs {
		x.runs[i].each(do)
	}
}

func (x *AddressIndexer) eachSingle(do func(addr uint64)) {
	for _, b := range x.blocks {
		for _, a := range b {
			do(a)
		}
	}
}

// count is how many objects the run has.
func (r *addrRun) count() int {
	if r.slots == nil {
		return r.n
	}
	return Bitset(r.slots).Len()
}

func (r *addrRun) each(do func(addr uint64)) {
	if r.slots != nil {
		for i := range Bitset(r.slots).All() {
			do(r.start + uint64(i)*r.stride)
		}
		return
	}
	for i := range r.n {
		do(r.start + uint64(i)*r.stride)
	}
}

// Build makes the index. An address that was added twice counts once. The
// indexer must not be used afterwards.
func (x *AddressIndexer) Build() (*AddressIndex, error) {
	if x.err != nil {
		return nil, x.err
	}
	regionShift := x.shift + 19
	total, last := 0, ^uint64(0)
	seen := map[uint64]struct{}{}
	see := func(a uint64) {
		if r := a >> regionShift; r != last {
			last = r
			seen[r] = struct{}{}
		}
	}
	x.eachSingle(func(a uint64) { total++; see(a) })
	for i := range x.runs {
		r := &x.runs[i]
		total += r.count()
		see(r.start)
		if r.last()>>regionShift-r.start>>regionShift > 1 {
			r.each(see)
			continue
		}
		see(r.last())
	}
	numbers := make([]uint64, 0, len(seen))
	for r := range seen {
		numbers = append(numbers, r)
	}
	slices.Sort(numbers)
	wide := len(numbers) > 0 && numbers[len(numbers)-1]-numbers[0] >= maxRegionTable
	if wide || len(numbers)*regionBytes > 1<<20+16*total {
		return x.buildSorted(total)
	}
	return x.buildRegions(numbers)
}

func (x *AddressIndexer) buildSorted(total int) (*AddressIndex, error) {
	all := make([]uint64, 0, total)
	x.each(func(a uint64) { all = append(all, a) })
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > MaxNodes {
		return nil, ErrTooManyObjects
	}
	return &AddressIndex{shift: x.shift, n: len(all), sorted: all}, nil
}

func (x *AddressIndexer) buildRegions(numbers []uint64) (*AddressIndex, error) {
	ix := &AddressIndex{shift: x.shift, regions: make([]addrRegion, len(numbers))}
	if len(numbers) == 0 {
		return ix, nil
	}
	ix.first = numbers[0]
	ix.table = make([]int32, numbers[len(numbers)-1]-numbers[0]+1)
	for i := range ix.table {
		ix.table[i] = -1
	}
	blocks := Large[addrBlock](len(numbers) * regionBlocks)
	for i, r := range numbers {
		ix.table[r-ix.first] = int32(i)
		ix.regions[i] = addrRegion{r << (x.shift + 19), (*[regionBlocks]addrBlock)(blocks[i*regionBlocks:])}
	}
	set := func(a uint64) {
		slot := a >> x.shift
		r := &ix.regions[ix.table[slot>>19-ix.first]]
		r.blocks[slot%regionSlots>>9].bits[slot>>6&7] |= 1 << (slot & 63)
	}
	if !x.ordered {
		x.each(set)
		return ix, ix.sum()
	}
	x.eachSingle(set)
	// Workers set the runs that start in their own regions, and leave the few
	// that reach into others' for the end.
	const band = 16
	across := make([][]int, (len(ix.regions)+band-1)/band)
	err := Parallel(context.Background(), len(across), 0, func(b int) error {
		across[b] = x.setRuns(ix, b*band, min((b+1)*band, len(ix.regions)))
		return nil
	})
	for _, list := range across {
		for _, i := range list {
			x.runs[i].each(set)
		}
	}
	if err != nil {
		return nil, err
	}
	return ix, ix.sum()
}

// setRuns sets the bits of the runs, which are ordered, that start in regions
// lo to hi-1 and end where they start, and returns the others of these runs.
func (x *AddressIndexer) setRuns(ix *AddressIndex, lo, hi int) (across []int) {
	from, to := ix.regions[lo].start, ix.regions[hi-1].start+regionSlots<<x.shift-1
	i, _ := slices.BinarySearchFunc(x.runs, from, func(r addrRun, a uint64) int { return cmp.Compare(r.start, a) })
	for ; i < len(x.runs) && x.runs[i].start <= to; i++ {
		r := &x.runs[i]
		slot := r.start >> x.shift
		if r.last()>>x.shift>>19 != slot>>19 {
			across = append(across, i)
			continue
		}
		blocks := ix.regions[ix.table[slot>>19-ix.first]].blocks
		s, step := slot%regionSlots, r.stride>>x.shift
		for w, word := range r.slots {
			at := s + uint64(w)*64*step
			for ; word != 0; word &= word - 1 {
				k := at + uint64(bits.TrailingZeros64(word))*step
				blocks[k>>9&(regionBlocks-1)].bits[k>>6&7] |= 1 << (k & 63)
			}
		}
		if r.slots != nil {
			continue
		}
		for range r.n {
			blocks[s>>9&(regionBlocks-1)].bits[s>>6&7] |= 1 << (s & 63)
			s += step
		}
	}
	return across
}

// sum fills the running counts.
func (ix *AddressIndex) sum() error {
	n := 0
	for i := range ix.regions {
		if n > MaxNodes {
			return ErrTooManyObjects
		}
		for k := range ix.regions[i].blocks {
			n = ix.regions[i].blocks[k].sum(n)
		}
	}
	if n > MaxNodes {
		return ErrTooManyObjects
	}
	ix.n = n
	return nil
}
