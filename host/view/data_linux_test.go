package view

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Data that is kept while its package is purged comes back, wherever whoever keeps it was
// killed: while a second tree of it was made, while a script removed the first one, while
// that was put back, and while the second one was removed.
func TestKeptDataComesBack(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	second := keptName(data)
	var want []string
	start := func() {
		t.Helper()
		done(t, os.RemoveAll(data), os.RemoveAll(second), os.MkdirAll(filepath.Join(data, "deep", "er"), 0o750), os.Chmod(data, 0o2770))
		for _, name := range []string{"a", "deep/b", "deep/er/c", "z"} {
			done(t, os.WriteFile(filepath.Join(data, name), []byte(name), 0o640))
		}
	}
	start()
	want = treeOf(t, data)
	entries := len(want)
	check := func(when string) {
		t.Helper()
		done(t, restore(second))
		if diff := cmp.Diff(want, treeOf(t, data)); diff != "" {
			t.Errorf("%s, -before +now:\n%s", when, diff)
		}
		if _, err := os.Lstat(second); err == nil {
			t.Errorf("%s: the second tree is there still", when)
		}
	}
	for n := range entries + 1 {
		start()
		done(t, linkTree(data, second))
		removeLast(t, second, n)
		check(fmt.Sprintf("without the last %d of the second tree", n))
		for m := range entries + 1 {
			start()
			done(t, linkTree(data, second))
			removeLast(t, data, n)
			putBack := treePaths(t, second)
			slices.Sort(putBack)
			for _, p := range putBack[:min(m, len(putBack))] { // as restore does, one after the other
				at := data + p[len(second):]
				if _, err := os.Lstat(at); err != nil && exists(p) {
					done(t, os.Rename(p, at))
				}
			}
			check(fmt.Sprintf("the last %d are gone, and %d were put back", n, m))
		}
		start()
		done(t, linkTree(data, second), restore(second), linkTree(data, second))
		removeLast(t, second, n)
		check(fmt.Sprintf("the second tree is half removed, by %d", n))
	}
}

func exists(p string) bool {
	_, err := os.Lstat(p)
	return err == nil
}

func done(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// removeLast removes the last entries of a tree, as rm -r and a killed mkdir leave it.
func removeLast(t *testing.T, tree string, n int) {
	t.Helper()
	all := treePaths(t, tree)
	for _, p := range all[len(all)-n:] {
		done(t, os.RemoveAll(p))
	}
}

// treePaths are the paths of a tree, a directory before what is in it.
func treePaths(t *testing.T, tree string) (all []string) {
	t.Helper()
	done(t, filepath.WalkDir(tree, func(p string, _ fs.DirEntry, err error) error {
		all = append(all, p)
		return err
	}))
	return all
}

func treeOf(t *testing.T, tree string) (out []string) {
	t.Helper()
	for _, p := range treePaths(t, tree) {
		info, err := os.Lstat(p)
		done(t, err)
		text := ""
		if !info.IsDir() {
			b, err := os.ReadFile(p)
			done(t, err)
			text = string(b)
		}
		out = append(out, fmt.Sprintf("%s %v %s", p, info.Mode(), text))
	}
	return out
}
