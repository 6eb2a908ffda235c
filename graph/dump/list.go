package dump

import (
	"github.com/refgraph/refgraph/graph/dump/gocore"
	"github.com/refgraph/refgraph/graph/dump/goheap"
	"github.com/refgraph/refgraph/graph/dump/heapsnapshot"
	"github.com/refgraph/refgraph/graph/dump/hprof"
	"github.com/refgraph/refgraph/graph/dump/jsc"
	"github.com/refgraph/refgraph/graph/dump/python"
	"github.com/refgraph/refgraph/graph/dump/ruby"
)

// Formats lists the known formats in the order in which they are tried.
func Formats() []Format {
	return []Format{
		{
			Name:       "go-heapdump",
			Title:      "Go heap dump (runtime/debug.WriteHeapDump)",
			Capture:    "debug.WriteHeapDump(f.Fd()) in the program; a core file is safer on a busy server",
			Match:      goheap.Match,
			Executable: true,
			Read:       goheap.Read,
			Restore:    goheap.Restore,
			Sites:      goSites,
		},
		{
			Name:       "go-core",
			Title:      "Go core file (ELF core of a Go program)",
			Capture:    "gcore PID, or GOTRACEBACK=crash with ulimit -c unlimited",
			Match:      gocore.Match,
			Executable: true,
			Read:       gocore.Read,
			Restore:    gocore.Restore,
		},
		{
			Name:    "python",
			Title:   "Python heap dump (refgraph_dump.py)",
			Capture: "refgraph capture python --pid N -o heap.pydump.gz; or refgraph_dump.dump(path) in the program",
			Match:   python.Match,
			Read:    python.Read,
			Restore: python.Restore,
			Sites:   python.ReadSites,
		},
		{
			Name:    "hprof",
			Title:   "JVM heap dump (HPROF)",
			Capture: "refgraph capture jvm --pid N -o heap.hprof.gz; or jcmd PID GC.heap_dump /path/to/heap.hprof",
			Match:   hprof.Match,
			Read:    hprof.Read,
			Restore: hprof.Restore,
		},
		{
			Name:    "heapsnapshot",
			Title:   "V8 heap snapshot (.heapsnapshot of Node, Chrome, Electron, Deno, Julia)",
			Capture: "refgraph capture node --pid N -o x.heapsnapshot.gz; v8.writeHeapSnapshot(path) in the program, node --heapsnapshot-signal=SIGUSR2, or \"Take heap snapshot\" in DevTools",
			Match:   heapsnapshot.Match,
			Parts:   heapsnapshot.Parts,
			Read:    heapsnapshot.Read,
			Sites:   heapsnapshot.ReadSites,
			Restore: heapsnapshot.Restore,
		},
		{
			Name:    "jsc",
			Title:   "JavaScriptCore heap snapshot (Bun, Safari)",
			Capture: "JSON.stringify(Bun.generateHeapSnapshot()) into a file; or Web Inspector, Timelines, Export",
			Match:   jsc.Match,
			Read:    jsc.Read,
		},
		{
			Name:    "ruby",
			Title:   "Ruby heap dump (ObjectSpace.dump_all)",
			Capture: "refgraph capture ruby --print-dumper; or ObjectSpace.dump_all(output: File.open(\"heap.jsonl\", \"w\")) with require \"objspace\"",
			Match:   ruby.Match,
			Read:    ruby.Read,
			Sites:   ruby.ReadSites,
			Restore: ruby.Restore,
		},
	}
}
