//go:build !linux || !amd64

package attach

import "context"

// Queue is not supported here.
func Queue(context.Context, int, string) error { return ErrUnsupported }

// Run is not supported here.
func Run(context.Context, int, string) error { return ErrUnsupported }
