//go:build !unix

package capture

import "os"

// lock is not supported here.
func lock(*os.File) error { return ErrUnsupported }
