//go:build !linux || !amd64

package python

import (
	"context"
	"fmt"
	"io"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// Capture is not supported here.
func Capture(context.Context, *capture.Process, Options, io.Writer) (*Result, error) {
	return nil, fmt.Errorf("capturing a live process: %w", capture.ErrUnsupported)
}
