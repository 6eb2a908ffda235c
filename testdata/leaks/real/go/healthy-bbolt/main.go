// Command healthy-bbolt writes and reads a bbolt database.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"leaks/leak"
)

func main() {
	dir, err := os.MkdirTemp("", "healthy-bbolt-")
	if err != nil {
		panic(err)
	}
	db, err := bbolt.Open(filepath.Join(dir, "db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		panic(err)
	}
	os.RemoveAll(dir) // the file stays open
	for batch := range leak.N(40) {
		if err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(fmt.Sprintf("bucket%d", batch%10)))
			for i := 0; i < 500 && err == nil; i++ {
				err = b.Put([]byte(fmt.Sprintf("key%06d", batch*500+i)), make([]byte, 100))
			}
			return err
		}); err != nil {
			panic(err)
		}
	}
	n := 0
	if err := db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(_, _ []byte) error { n++; return nil })
		})
	}); err != nil || n == 0 {
		panic(fmt.Sprint(n, err))
	}
	leak.Dump()
}
