// Command hugesnapshot writes a V8 heap snapshot that no V8 would: more than 2^24
// objects, more than 4 GB. Each object refers to the next and to a text of its own.
//
//	hugesnapshot OBJECTS TEXTBYTES > huge.heapsnapshot
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: hugesnapshot OBJECTS TEXTBYTES > FILE")
		os.Exit(2)
	}
	objects, err1 := strconv.Atoi(os.Args[1])
	text, err2 := strconv.Atoi(os.Args[2])
	if err1 != nil || err2 != nil || objects < 2 {
		fmt.Fprintln(os.Stderr, "two numbers are needed")
		os.Exit(2)
	}
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	write(w, objects, text)
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes a root, a global object and a chain of half as many objects as said,
// each with a string.
func write(w *bufio.Writer, objects, text int) {
	chain := objects / 2
	fmt.Fprintf(w, `{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic","object","string"],"string","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["shortcut","property"],"string_or_number","node"]},"node_count":%d,"edge_count":%d},`, 2+2*chain, 1+2*chain)
	fmt.Fprint(w, "\n\"nodes\":[0,0,1,0,1\n,1,1,3,16,1\n")
	var b []byte
	number := func(n int) { b = strconv.AppendInt(append(b, ','), int64(n), 10) }
	flush := func() { b = append(b, '\n'); w.Write(b); b = b[:0] }
	for i := range chain {
		edges := 2
		if i == chain-1 {
			edges = 1
		}
		for _, v := range []int{1, 2, 5 + 4*i, 32, edges, 2, 5 + i, 7 + 4*i, 24, 0} {
			number(v)
		}
		flush()
	}
	fmt.Fprint(w, "],\n\"edges\":[0,3,5\n,1,3,10\n")
	for i := range chain {
		if i < chain-1 {
			number(1)
			number(3)
			number(5 * (4 + 2*i))
		}
		number(1)
		number(4)
		number(5 * (3 + 2*i))
		flush()
	}
	fmt.Fprint(w, "],\n\"strings\":[\"\",\"global\",\"Link\",\"next\",\"text\"")
	pad := strings.Repeat("x", max(1, text/chain))
	for i := range chain {
		b = append(append(strconv.AppendInt(append(b, ",\n\""...), int64(i), 10), pad...), '"')
		w.Write(b)
		b = b[:0]
	}
	fmt.Fprint(w, "]}\n")
}
