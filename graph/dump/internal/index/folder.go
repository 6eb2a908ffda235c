package index

import (
	"fmt"
	"os"
	"path/filepath"
)

// Folder makes the folder of an index, and of those that it is in, or checks that
// it is a real folder of this user which no one else can write to or read: whoever
// can write there decides what a dump says.
func Folder(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	return check(dir, true)
}

// Ours is Folder for one that is only read: nothing is made or changed.
func Ours(dir string) bool { return check(dir, false) == nil }

func check(dir string, repair bool) error {
	st, err := os.Lstat(dir)
	switch {
	case err != nil:
		return err
	case !st.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case !owned(st):
		return fmt.Errorf("%s belongs to another user: nothing is kept in it", dir)
	case private(st):
		return nil
	case repair:
		return os.Chmod(dir, 0o700)
	}
	return fmt.Errorf("%s can be read or written by other users", dir)
}
