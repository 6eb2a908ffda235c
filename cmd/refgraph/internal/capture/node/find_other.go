//go:build !linux

package node

import (
	"context"
	"fmt"
	"syscall"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

const sigusr1 = syscall.Signal(0)

// check always fails: which signals a process catches is not known here.
func check(*capture.Process) error {
	return fmt.Errorf("opening a process's inspector: %w", capture.ErrUnsupported)
}

func listening(context.Context, *capture.Process) (string, error) {
	return "", capture.ErrUnsupported
}
