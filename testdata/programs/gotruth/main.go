// Command gotruth builds one of each structure that a Go heap can hold, writes
// down where everything is and how it is reached, and dumps itself: what a
// reader of dumps finds must agree with what the program knows.
//
//	gotruth -truth truth.json -o gotruth.heapdump      # WriteHeapDump
//	gotruth -truth truth.json -mode wait               # alive, until its input ends, for gcore
//	gotruth -truth truth.json -mode abort              # die with a core (GOTRACEBACK=crash)
//	gotruth -truth truth.json -mode abort -busy        # while a loop runs and the heap is collected
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// truth is one object that the program knows.
type truth struct {
	What string `json:"what"`
	Addr string `json:"addr"`
	Type string `json:"type,omitempty"` // as a reader should name it; empty: not checked
	Root string `json:"root,omitempty"` // name of the root; empty: any
	// Path is the names of the references from the root, one after the other;
	// "*" if it is the runtime's own business.
	Path        string `json:"path"`
	Repeat      int    `json:"repeat,omitempty"` // Path that many times
	Unreachable bool   `json:"unreachable,omitempty"`
	Pooled      bool   `json:"pooled,omitempty"` // only pools hold it: freed after two collections
}

var (
	truths []truth
	mu     sync.Mutex
)

// know writes an object down. The address is kept as text, which holds nothing.
func know[T any](what string, p *T, root, path string) *truth {
	mu.Lock()
	defer mu.Unlock()
	truths = append(truths, truth{What: what, Addr: fmt.Sprintf("%#x", uintptr(unsafe.Pointer(p))), Type: typeName[T](), Root: root, Path: path})
	return &truths[len(truths)-1]
}

func typeName[T any]() string {
	return strings.ReplaceAll(reflect.TypeFor[T]().String(), "interface {}", "any")
}

func build(busy bool) {
	globals()
	maps()
	slices()
	channels()
	closures()
	interfaces()
	chains()
	runtimeHeld()
	ready := make(chan struct{})
	go holder(ready)
	go addressed(ready)
	<-ready
	<-ready
	debug.SetGCPercent(-1)
	runtime.GC()
	runtime.GC()
	if busy { // then nothing stays that a collection takes away
		go spin(ready)
		<-ready
		before := collections()
		go collect()
		for collections() == before { // however slow the machine is
			time.Sleep(time.Millisecond)
		}
		if runtime.GOMAXPROCS(0) > 1 { // that one is swept, and others are marked
			time.Sleep(100 * time.Millisecond)
		}
		return
	}
	done := make(chan struct{}) // a stack of its own, which leaves nothing behind
	go func() { afterGC(); close(done) }()
	<-done
	time.Sleep(50 * time.Millisecond) // all goroutines reach their wait
}

// collections is how many have ended their marking. The loop of spin makes the sweep
// after it long when there is one processor.
func collections() uint64 {
	s := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

func writeTruth(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(truths); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func run(mode, out, truthFile string, busy bool) error {
	build(busy)
	if err := writeTruth(truthFile); err != nil {
		return err
	}
	switch mode {
	case "dump":
		f, err := os.Create(out)
		if err != nil {
			return err
		}
		debug.WriteHeapDump(f.Fd())
		return f.Close()
	case "wait":
		fmt.Println("ready", os.Getpid())
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	case "abort":
		debug.SetTraceback("crash")
		panic("gotruth: as it was told")
	}
	return fmt.Errorf("unknown mode %q", mode)
}

func main() {
	mode := flag.String("mode", "dump", "dump, wait or abort")
	out := flag.String("o", "gotruth.heapdump", "write the heap dump to `file`")
	truthFile := flag.String("truth", "truth.json", "write what is true to `file`")
	busy := flag.Bool("busy", false, "run a loop and collect garbage all the time")
	procs := flag.Int("procs", runtime.GOMAXPROCS(0), "GOMAXPROCS: with 1 the loop hinders the sweep, with 4 collections are mostly marking")
	flag.Parse()
	runtime.GOMAXPROCS(*procs)
	if err := run(*mode, *out, *truthFile, *busy); err != nil {
		log.Fatal(fmt.Errorf("gotruth: %w", err))
	}
	close(quit)
	runtime.KeepAlive(timer)
}
