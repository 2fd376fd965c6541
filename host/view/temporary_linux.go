package view

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// replace makes an object under a temporary name, and gives it its own.
func replace(dir int, name string, create func(temporary string) error) error {
	temporary := temporaryName(name)
	if err := removeTemporary(dir, temporary); err != nil { // of one that was interrupted
		return err
	}
	err := create(temporary)
	if err == nil {
		err = unix.Renameat(dir, temporary, dir, name)
	}
	if err != nil {
		_ = unix.Unlinkat(dir, temporary, 0)
	}
	return err
}

// temporaryName is what an object is called in its directory before it has its own name:
// always the same, so that what an interrupted Put left can be found.
func temporaryName(name string) string {
	sum := sha256.Sum256([]byte(name))
	return ".armonic-" + hex.EncodeToString(sum[:8])
}

func removeTemporary(dir int, temporary string) error {
	if err := unix.Unlinkat(dir, temporary, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Tidy does what a Put of an object that was interrupted has left to be done: it removes a
// temporary file, what a request to the package manager left, and loads tables of the firewall. Nothing of it runs any more.
func (r Real) Tidy(ctx context.Context, key string) error {
	switch spec.KindOfKey(key) {
	case Package:
		return r.tidyPackage(ctx, keyName(key))
	case Listens:
		return r.loadListens(ctx)
	case File:
	default:
		return nil
	}
	dir, err := parent(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		defer closeFile(dir)
		err = removeTemporary(dir, temporaryName(path.Base(key)))
	}
	if err != nil {
		return failed("tidy up beside", key, err)
	}
	return nil
}
