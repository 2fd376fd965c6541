package view

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/armonic/armonic/spec"
)

const listsDir = "/var/lib/apt/lists"

func sourceFiles(name string) (sources, key string) {
	return "/etc/apt/sources.list.d/" + name + ".sources", "/etc/apt/keyrings/" + name + ".asc"
}

// getSource gives nothing unless the list of each part of a source was fetched.
func (r Real) getSource(name string) (Object, error) {
	sources, keyFile := sourceFiles(name)
	text, err := os.ReadFile(sources)
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, nil
	}
	if err != nil {
		return Object{}, failed("read", sources, err)
	}
	for _, pattern := range sourceLists(string(text)) {
		if found, _ := filepath.Glob(filepath.Join(listsDir, pattern)); len(found) == 0 {
			return Object{}, nil
		}
	}
	key, _ := os.ReadFile(keyFile) // a source without one is fine
	return SourceOf(string(text), string(key)), nil
}

var failedToFetch = regexp.MustCompile(`(?m)^(E|W|Err[:!]?\d*)[: ].*$`)

// putSource has apt fetch a source, and no other. Nothing in its place is that what was
// fetched is removed.
func (r Real) putSource(ctx context.Context, name string, want Object) error {
	sources, _ := sourceFiles(name)
	if want.Kind == Nothing {
		text, err := os.ReadFile(sources)
		if err != nil {
			return nil //nolint:nilerr // then apt has nothing of it in use
		}
		for _, pattern := range sourceLists(string(text)) {
			found, _ := filepath.Glob(filepath.Join(listsDir, pattern))
			for _, p := range found {
				if err := os.Remove(p); err != nil {
					return failed("remove", p, err)
				}
			}
		}
		return nil
	}
	if err := r.awaitLock(ctx); err != nil {
		return err
	}
	res, err := r.aptProgram(ctx, []string{"apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Dir::Etc::sourcelist=" + sources,
		"-o", "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0", "update"})
	if err != nil {
		return err
	}
	is, err := r.getSource(name)
	if err != nil {
		return err
	}
	said := failedToFetch.FindString(res.Stdout + "\n" + res.Stderr)
	if res.Code != 0 || is != want || said != "" && said[0] == 'E' {
		return spec.Errorf(spec.Failed, "cannot fetch the list of packages of %s: %s", name, lastLines(res.Stdout+"\n"+res.Stderr, 4)).
			WithHint("is its address right, and its key? Can this host reach it?")
	}
	return nil
}
