// Command gosecret plants a secret in every kind of heap value and dumps
// itself, for the test that no output shows one. The secrets are made at run
// time, so that they are in the heap and not in the executable.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// vault has a field for each kind of value.
type vault struct {
	text    string
	bytes   []byte
	runes   []rune
	number  uint64
	float   float64
	keys    map[string]*vault
	values  map[int]string
	numbers map[uint64]uint64
	boxed   any
	err     error
	list    []string
	array   [2]string
	queue   chan string
	call    func() string
	pointer *string
	next    *vault
}

var vaults []*vault

// secret makes one at run time.
func secret(kind string) string { return strings.ToUpper("s3cr3t") + "-" + kind }

func fill(next *vault) *vault {
	captured, pointed := secret("captured"), secret("pointer")
	v := &vault{
		text: secret("text"), bytes: []byte(secret("bytes")), runes: []rune(secret("runes")),
		number: 31337_31337_31337, float: 271828.18284,
		keys: map[string]*vault{secret("key"): nil}, values: map[int]string{1: secret("value")},
		numbers: map[uint64]uint64{41414_41414: 42424_42424},
		boxed:   secret("boxed"), err: errors.New(secret("error")), list: []string{secret("list")},
		array: [2]string{secret("array"), secret("array")}, queue: make(chan string, 3),
		call: func() string { return captured }, pointer: &pointed, next: next,
	}
	v.queue <- secret("queue")
	v.keys[secret("other key")] = v
	return v
}

func wait(local string, ready, quit chan struct{}) {
	held := &local
	ready <- struct{}{}
	<-quit
	runtime.KeepAlive(held)
}

func main() {
	var last *vault
	for range 200 {
		last = fill(last)
		vaults = append(vaults, last)
	}
	ready, quit := make(chan struct{}), make(chan struct{})
	go wait(secret("local"), ready, quit)
	<-ready
	runtime.GC()
	f, err := os.Create(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	debug.WriteHeapDump(f.Fd())
	close(quit)
	runtime.KeepAlive(vaults)
}
