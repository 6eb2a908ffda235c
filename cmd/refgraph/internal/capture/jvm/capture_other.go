//go:build !linux

package jvm

import (
	"context"
	"io"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// Capture is for Linux only.
func Capture(context.Context, *capture.Process, Options, io.Writer) (*Result, error) {
	return nil, capture.ErrUnsupported
}
