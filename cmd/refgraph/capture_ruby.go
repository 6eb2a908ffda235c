package main

import (
	"fmt"
	"io"

	"github.com/refgraph/refgraph/graph/dump/ruby"
	"github.com/spf13/cobra"
)

func newCaptureRuby(a *app) *cobra.Command {
	var printDumper bool
	c := &cobra.Command{
		Use:   "ruby --print-dumper",
		Short: "The module with which a Ruby program dumps its heap on a signal",
		Long: `capture ruby prints a module for Ruby programs to require. It writes the heap to a
file when the program gets a signal, in a forked child: the program pauses for the
fork only. Nothing is put into a process from outside.

  refgraph capture ruby --print-dumper > refgraph_dump.rb
  ruby -r ./refgraph_dump.rb server.rb       # then: kill -URG PID

The dump is a file in /tmp (or REFGRAPH_DUMP_DIR), which only the program's user can
read. It has the texts of the program in it: treat the file like the data.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if !printDumper {
				return usageError{hintError{fmt.Errorf("nothing is put into a live Ruby process"), "give --print-dumper for the module to require; it dumps on a signal"}}
			}
			_, err := io.WriteString(a.out, ruby.Dumper)
			return err
		},
	}
	c.Flags().BoolVar(&printDumper, "print-dumper", false, "print refgraph_dump.rb, to require in a program")
	return c
}
