//go:build !unix

package enginehome

import "os"

// owned trusts the user's own profile folder, which others cannot write to.
func owned(os.FileInfo) bool { return true }
