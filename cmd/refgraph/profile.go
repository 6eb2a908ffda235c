package main

import (
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"
)

// addProfile adds --cpuprofile, hidden from help: for those who work on
// refgraph, or send a profile of a dump that took too long.
func addProfile(root *cobra.Command) {
	var file string
	root.PersistentFlags().StringVar(&file, "cpuprofile", "", "write a CPU profile to this file")
	_ = root.PersistentFlags().MarkHidden("cpuprofile") // fails only for a flag that does not exist
	cobra.OnInitialize(func() {
		if file == "" {
			return
		}
		f, err := os.Create(file)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			root.PrintErrln("refgraph: --cpuprofile:", err)
		}
	})
	cobra.OnFinalize(pprof.StopCPUProfile)
}
