package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// addExamples gives a command and those below it their examples.
func addExamples(c *cobra.Command, of map[string]string) {
	name := strings.TrimPrefix(c.CommandPath(), "refgraph ")
	if lines, ok := of[name]; ok {
		c.Example = "  " + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n  ")
	}
	for _, below := range c.Commands() {
		addExamples(below, of)
	}
}

// examples are command lines to copy, by command.
func examples() map[string]string {
	return map[string]string{
		"info": `
refgraph info leak.heapdump --exe ./server
refgraph info heap.hprof.gz --json`,
		"top": `
refgraph top leak.heapdump --exe ./server
refgraph top heap.hprof --by retained -n 50
zcat heap.pydump.gz | refgraph top -`,
		"suspects": `
refgraph suspects leak.heapdump --exe ./server
refgraph suspects now.pydump.gz --against before.pydump.gz
refgraph suspects heap.hprof -n 2 -o second.svg`,
		"paths": `
refgraph paths leak.heapdump --exe ./server --type server.Session
refgraph paths leak.heapdump --exe ./server --type 'server.Cache[*' -o why.svg
refgraph paths heap.hprof --object 0x7f6a2c10 --json`,
		"backrefs": `
refgraph backrefs heap.pydump.gz --type app.Session --depth 2
refgraph backrefs heap.hprof --object 0x7f6a2c10 -o around.svg`,
		"refs": `
refgraph refs heap.pydump.gz --type app.Session
refgraph refs heap.hprof --object 0x7f6a2c10 --depth 1`,
		"dominators": `
refgraph dominators leak.heapdump --exe ./server
refgraph dominators heap.hprof --object 0x7f6a2c10 --objects -o tree.svg`,
		"cycles": `
refgraph cycles heap.pydump.gz
refgraph cycles heap.pydump.gz --type app.Parent -o cycle.svg`,
		"object": `
refgraph object leak.heapdump 0xc000123400 --exe ./server
refgraph object heap.heapsnapshot @382711 -n 100`,
		"sites": `
refgraph sites snapshot.pickle --by filename
refgraph sites now.pickle --against before.pickle --exclude '*/importlib/*'`,
		"diff": `
refgraph diff before.heapdump after.heapdump --exe ./server
refgraph diff before.hprof after.hprof --fail-on 'type=com.acme.Session,grows>1000'
refgraph diff old.pydump.gz new.pydump.gz -o growth.svg`,
		"report": `
refgraph report leak.heapdump --exe ./server -o report.html
refgraph report now.hprof --against before.hprof --type com.acme.Session`,
		"ticket": `
refgraph ticket https://github.com/acme/orders/issues/41 leak.heapdump --exe ./server --dry-run out
refgraph ticket https://acme.atlassian.net/browse/OPS-7 heap.hprof.gz --type Session --report`,
		"capture": `
refgraph capture python --pid 4711 -o heap.pydump.gz
refgraph capture jvm --pid 4711 -o heap.hprof`,
		"capture python": `
refgraph capture python --pid 4711 -o heap.pydump.gz
refgraph capture python --print-dumper > refgraph_dump.py`,
		"capture jvm":  `refgraph capture jvm --pid 4711 -o heap.hprof`,
		"capture node": `refgraph capture node --pid 4711 -o heap.heapsnapshot`,
		"capture ruby": `refgraph capture ruby --print-dumper > refgraph_dump.rb`,
		"cache": `
refgraph cache
refgraph cache clear`,
		"formats": `
refgraph formats
refgraph formats --json`,
		"demo": `refgraph demo`,
		"version": `
refgraph version --json
refgraph version --licenses`,
	}
}
