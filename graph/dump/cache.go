package dump

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/index"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/store"
)

// Cache keeps graphs that were read, and results about them, so that a known
// dump is opened in milliseconds. Its files are mapped, checked in full and
// thrown away if anything is wrong with them. The zero value with a Dir is
// ready; nil keeps nothing.
type Cache struct {
	Dir      string
	MinDump  int64       // bytes of the smallest dump worth keeping; 0 means 16 MiB
	MaxBytes int64       // of the whole cache; 0 means 16 GiB. What was not used longest goes first
	Warn     func(error) // told when something could not be kept; may be nil
}

const (
	defaultMinDump  = 16 << 20
	defaultMaxBytes = 16 << 30
	indexSuffix     = ".idx"
	keyMark         = "~" // between a dump's name and its key; no name has it
	keyLen          = 32
)

// Key of the files: the graph, what its Detailer said, and results by the key
// under which they are attached.
const (
	graphFile = "graph"
	namesFile = "names"
)

// statePrefix begins the names of the columns in the graph's file that are the
// state of its Detailer.
const statePrefix = "detail."

// Entry is one file of a cache.
type Entry struct {
	Name string // of the dump, with its kind
	Size int64
	Used time.Time
	path string
}

// Open is [Open], from the cache if the dump is known. A dump that is read
// fresh is kept when it is closed, with the results that are attached to it.
func (c *Cache) Open(ctx context.Context, path string, opts *Options) (*Dump, error) {
	if opts == nil {
		opts = &Options{}
	}
	parts, err := partsOf(path)
	if err != nil {
		return nil, err
	}
	path = parts[0]
	if c == nil || regularSize(parts) < cmp.Or(c.MinDump, defaultMinDump) {
		return Open(ctx, path, opts)
	}
	self, err := os.Executable()
	if err != nil {
		return Open(ctx, path, opts)
	}
	key, err := index.Key(append(parts, opts.Exe, self), filepath.Base(path), opts.DumpID)
	if err != nil {
		return Open(ctx, path, opts)
	}
	if _, err := os.Lstat(c.Dir); err == nil && !index.Ours(c.Dir) {
		return Open(ctx, path, opts) // what others have put there is not believed
	}
	k := &keeper{ctx: ctx, cache: c, key: key, path: path, opts: *opts, fresh: map[string]bool{}}
	d, err := k.known()
	if err != nil || d != nil {
		return d, err
	}
	if d, err = Open(ctx, path, opts); err != nil {
		return nil, err
	}
	k.names = newMemo(d.Graph, nil)
	d.Graph.WrapDetail(func(real graph.Detailer) graph.Detailer {
		k.names.real = func() graph.Detailer { return real }
		return k.names
	})
	d.keep = k
	k.fresh[graphFile] = true
	return d, nil
}

// regularSize is how many bytes files have together; less than 0 if one is none that
// can be read again.
func regularSize(files []string) (size int64) {
	for _, path := range files {
		st, err := os.Stat(path)
		if err != nil || !st.Mode().IsRegular() {
			return -1
		}
		size += st.Size()
	}
	return size
}

// keeper is the cache's part of one open dump.
type keeper struct {
	ctx   context.Context
	cache *Cache
	key   string
	path  string
	opts  Options
	names *memo
	fresh map[string]bool // files that this run must write

	mu    sync.Mutex
	files []*index.File
	state func(column string) []byte // of the reader's Detailer
	again *Dump                      // opened again for what the index does not have
}

func (k *keeper) file(what string) string {
	return filepath.Join(k.cache.Dir, fileName(k.path)+keyMark+k.key+"."+what+indexSuffix)
}

// fileName is the name of a dump, fit to be a part of a file's name anywhere.
func fileName(path string) string {
	const longest = 48
	name := strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)) {
			return r
		}
		return '_'
	}, filepath.Base(path))
	return strings.TrimLeft(name[:min(len(name), longest)], ".")
}

// load opens one file of the dump. A damaged one is removed.
func (k *keeper) load(ctx context.Context, what string) (*index.File, error) {
	path := k.file(what)
	x, err := index.Open(ctx, path, k.key+"."+what)
	switch {
	case errors.Is(err, index.ErrDamaged):
		os.Remove(path) // if that fails, it is found damaged again
		return nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, nil // a cache that cannot be read is no reason to fail
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // the time of use decides what is evicted; losing it costs time, nothing else
	k.mu.Lock()
	k.files = append(k.files, x)
	k.mu.Unlock()
	return x, nil
}

// known opens a dump that was kept; nil if it was not.
func (k *keeper) known() (*Dump, error) {
	x, err := k.load(k.ctx, graphFile)
	if x == nil || err != nil {
		return nil, err
	}
	names, err := k.load(k.ctx, namesFile)
	if err != nil {
		return nil, err
	}
	g, err := graph.FromColumns(x.Column, func(g *graph.Graph) graph.Detailer {
		k.names = newMemo(g, names)
		k.names.real = k.reopen
		return k.names
	})
	if err != nil {
		os.Remove(k.file(graphFile))
		k.close()
		return nil, nil
	}
	k.state = func(column string) []byte { return x.Column(statePrefix + column) }
	store.Of(g).SetIndex(func(ctx context.Context, key string) (func(string) []byte, bool) {
		x, err := k.load(ctx, key)
		if x == nil || err != nil {
			k.mu.Lock()
			k.fresh[key] = true
			k.mu.Unlock()
			return nil, false
		}
		return x.Column, true
	})
	d := &Dump{Graph: g, keep: k}
	for _, f := range Formats() {
		if f.Name == g.Info().Format {
			d.Format = &f
		}
	}
	return d, nil
}

// reopen opens the dump for names and values that the index does not have. It is
// nil if the file is gone or not the same any more.
func (k *keeper) reopen() graph.Detailer {
	detail, d := k.restore()
	if detail == nil {
		var err error
		if d, err = Open(k.ctx, k.path, &k.opts); err != nil {
			k.warn(err)
			return nil
		}
		detail = d.Graph.Detail()
	}
	k.mu.Lock()
	k.again = d
	k.mu.Unlock()
	detail = d.guard(detail)
	if g := k.names.g; d.Graph.Len() != g.Len() || d.Graph.Refs() != g.Refs() {
		k.warn(errors.New("the dump has changed: names may be missing"))
		return nil
	}
	return detail
}

// opened is the dump that was opened again; nil if it was not.
func (k *keeper) opened() *Dump {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.again
}

// restore makes the reader's Detailer of what it kept; nil if it must read the
// dump in full, which then also tells what is wrong.
func (k *keeper) restore() (detail graph.Detailer, d *Dump) {
	src, err := source.Open(k.path, k.opts)
	if err != nil {
		return nil, nil
	}
	d, err = with(k.ctx, src, func(f *Format, src *source.Source) (_ *graph.Graph, err error) {
		if f.Restore == nil {
			return nil, errors.ErrUnsupported
		}
		detail, err = f.Restore(k.ctx, src, k.names.g, k.state)
		return k.names.g, err
	})
	if err != nil {
		return nil, nil
	}
	return detail, d
}

func (k *keeper) warn(err error) {
	if k.cache.Warn != nil && k.ctx.Err() == nil {
		k.cache.Warn(err)
	}
}

// maxSave is how long a command may take to keep what it found, after its answer
// is out. A disk that is slower than that is not worth it.
const maxSave = 3 * time.Second

// save writes what this run has found out.
func (k *keeper) save(g *graph.Graph) {
	ctx, cancel := context.WithTimeout(k.ctx, maxSave)
	defer cancel()
	k.ctx = ctx
	if ctx.Err() != nil {
		return
	}
	if err := index.Folder(k.cache.Dir); err != nil {
		k.warn(err)
		return
	}
	if k.fresh[graphFile] {
		c, err := g.Columns()
		if r, ok := k.names.Unwrap().(graph.Restorer); ok && err == nil {
			for column, parts := range r.State() {
				c[statePrefix+column] = parts
			}
		}
		k.write(graphFile, c, err)
		k.names.collect()
	}
	if k.names.learnt() {
		k.write(namesFile, k.names.columns(), nil)
	}
	store.Of(g).Kept(func(key string, r store.Keeper) {
		if k.fresh[graphFile] || k.fresh[key] {
			k.write(key, r.Columns(), nil)
		}
	})
	k.warnIf(k.cache.evict())
}

func (k *keeper) write(what string, c graph.Columns, err error) {
	if err == nil {
		err = index.Write(k.ctx, k.file(what), k.key+"."+what, c)
	}
	k.warnIf(err)
}

func (k *keeper) warnIf(err error) {
	if err != nil {
		k.warn(err)
	}
}

// close unmaps the files.
func (k *keeper) close() {
	for _, x := range k.files {
		x.Close() // a mapping that cannot be undone ends with the process
	}
	k.files = nil
	if k.again != nil {
		k.again.Close()
	}
}

// List returns the files of the cache, those used last first.
func (c *Cache) List() ([]Entry, error) {
	files, err := os.ReadDir(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Entry
	for _, f := range files {
		st, statErr := f.Info()
		if statErr != nil || !strings.Contains(f.Name(), indexSuffix) {
			continue // gone meanwhile, or not ours
		}
		out = append(out, Entry{Name: strings.TrimSuffix(f.Name(), indexSuffix), Size: st.Size(), Used: st.ModTime(), path: filepath.Join(c.Dir, f.Name())})
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Or(b.Used.Compare(a.Used), strings.Compare(a.Name, b.Name)) })
	return out, err
}

// Clear removes all files of the cache and returns how many bytes they had.
func (c *Cache) Clear() (bytes int64, err error) {
	list, err := c.List()
	for _, e := range list {
		if rmErr := os.Remove(e.path); rmErr != nil {
			err = errors.Join(err, rmErr)
			continue
		}
		bytes += e.Size
	}
	return bytes, err
}

// Abandon removes what this process is keeping and has not finished, for one that
// ends at once; the cache must not be used afterwards.
func (c *Cache) Abandon() {
	if c != nil {
		index.Abandon(c.Dir)
	}
}

// evict removes what was not used longest until the cache fits, and what a
// process that was killed left half written a day ago.
func (c *Cache) evict() error {
	list, err := c.List()
	total := int64(0)
	for _, e := range list {
		total += e.Size
		half := strings.HasPrefix(filepath.Base(e.path), ".") && time.Since(e.Used) > 24*time.Hour
		if total > cmp.Or(c.MaxBytes, defaultMaxBytes) || half {
			if rmErr := os.Remove(e.path); rmErr == nil {
				total -= e.Size
			} else {
				err = errors.Join(err, rmErr)
			}
		}
	}
	return err
}
