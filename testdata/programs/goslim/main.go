// Command goslim makes a copy of an ELF executable that no longer runs but
// still tells types, variables and functions: the machine code and the line
// tables become zeros, which compress to nothing. Build the program with
// -ldflags=-compressdwarf=false.
//
//	goslim -o slim program
package main

import (
	"debug/elf"
	"flag"
	"fmt"
	"log"
	"os"
)

func slim(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := elf.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, name := range []string{".text", ".debug_line", ".debug_frame"} {
		s := f.Section(name)
		if s == nil || s.Offset+s.FileSize > uint64(len(data)) {
			return fmt.Errorf("%s has no section %s", from, name)
		}
		clear(data[s.Offset:][:s.FileSize])
	}
	return os.WriteFile(to, data, 0o644)
}

func main() {
	out := flag.String("o", "slim", "write the copy to `file`")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("goslim: name one executable")
	}
	if err := slim(flag.Arg(0), *out); err != nil {
		log.Fatal(fmt.Errorf("goslim: %w", err))
	}
}
