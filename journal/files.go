package journal

import (
	"errors"
	"os"
	"path/filepath"
)

// unfinished begins the names of files that are not complete yet. What a crash leaves of
// them is removed when the journal is opened.
const unfinished = ".new-"

// replaceFile puts a complete file in its place. Its name is durable after syncDir.
func replaceFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
