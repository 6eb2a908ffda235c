package main

import "github.com/spf13/cobra"

func newCapture(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "capture",
		Short: "Take a dump of a live process",
		Long: `capture takes a heap dump of a process that runs. For Python that needs no change
to the program, for JVMs no JDK on the machine,
and for Node no flag; refgraph formats says how to take dumps of other runtimes.`,
	}
	c.AddCommand(newCapturePython(a), newCaptureJVM(a), newCaptureNode(a), newCaptureRuby(a))
	return c
}
