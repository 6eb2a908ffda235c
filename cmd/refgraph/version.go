package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/licenses"
	"github.com/spf13/cobra"
)

// versionJSON is the contract of `version --json`.
type versionJSON struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func newVersion(a *app) *cobra.Command {
	all := false
	c := &cobra.Command{
		Use:   "version",
		Short: "The version of refgraph and how it was built",
		Long:  `version says which refgraph this is and how it was built; --licenses prints the licences of all that is in it.`,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if all {
				_, err := io.WriteString(a.out, licenses.Notice)
				return err
			}
			v := version()
			if a.json {
				return a.writeJSON(a.out, versionJSON{v, runtime.Version(), runtime.GOOS, runtime.GOARCH})
			}
			_, err := fmt.Fprintf(a.out, "refgraph %s (%s, %s/%s)\n", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	c.Flags().BoolVar(&all, "licenses", false, "print the licences of all that is in this program")
	return c
}

// version is what the Go toolchain recorded: a module version for `go install`,
// otherwise the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
