package view

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/armonic/armonic/spec"
)

// What is read of packages that are not installed.
const (
	maxArchives    = 200      // packages
	maxArchiveFile = 1 << 20  // bytes of a file of which the content is read
	maxArchiveText = 64 << 20 // bytes of all of them
)

// Contents gives what packages ("name=version") have in them, by path: it fetches them into
// a folder of its own, and removes that. A file that is too large has no content and is of
// the kind Other. What scripts of packages make is not in it.
func (r Real) Contents(ctx context.Context, packages []string) (map[string]Object, error) {
	if len(packages) > maxArchives {
		return nil, spec.Errorf(spec.Unavailable, "%d packages are too many to look into", len(packages))
	}
	dir, err := os.MkdirTemp("", "armonic-packages-")
	if err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot look into packages: %v", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what stays is in a temporary directory
	res, err := r.Run(ctx, spec.Command{Argv: append([]string{"apt-get", "-q", "-o", "APT::Sandbox::User=root", "download"}, packages...), Dir: dir})
	if err != nil {
		return nil, err
	}
	archives, _ := filepath.Glob(dir + "/*.deb")
	if res.Code != 0 || len(archives) < len(packages) {
		return nil, spec.Errorf(spec.Unavailable, "cannot fetch the packages: %s", lastLines(res.Stderr, 2))
	}
	tree := filepath.Join(dir, "tree")
	for _, a := range archives {
		res, err := r.aptProgram(ctx, []string{"dpkg-deb", "-x", a, tree})
		if err != nil {
			return nil, err
		}
		if res.Code != 0 {
			return nil, spec.Errorf(spec.Failed, "cannot unpack %s: %s", filepath.Base(a), lastLines(res.Stderr, 2))
		}
	}
	return readTree(tree)
}

// readTree reads all that is below a directory, by the path that it has there.
func readTree(tree string) (map[string]Object, error) {
	out, left := map[string]Object{}, int64(maxArchiveText)
	err := filepath.WalkDir(tree, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == tree {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		o := Object{Kind: Other, Mode: info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			o.Owner, o.Group = userName(st.Uid), groupName(st.Gid)
		}
		switch {
		case d.IsDir():
			o.Kind = Directory
		case d.Type() == fs.ModeSymlink:
			o.Kind, o.Mode = Link, 0
			o.Target, err = os.Readlink(p)
		case d.Type().IsRegular() && info.Size() <= min(maxArchiveFile, left):
			var b []byte
			b, err = os.ReadFile(p)
			left -= int64(len(b))
			o.Kind, o.Content = File, string(b)
		}
		out[strings.TrimPrefix(p, tree)] = o
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read what is in packages: %w", err)
	}
	return out, nil
}

// SolveAfter is Solve on a host on which other packages are as they are going to be.
func (r Real) SolveAfter(ctx context.Context, pending []Named, q Request) ([]Named, error) {
	now, err := readDpkg()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "armonic-packages-")
	if err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot foresee packages: %v", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what stays is in a temporary directory
	if err := r.assume(ctx, now, pending); err != nil {
		return nil, err
	}
	status, extended := now.files()
	statusFile, extendedFile := filepath.Join(dir, "status"), filepath.Join(dir, "extended_states")
	if err := os.WriteFile(statusFile, []byte(status), 0o644); err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot foresee packages: %v", err)
	}
	if err := os.WriteFile(extendedFile, []byte(extended), 0o644); err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot foresee packages: %v", err)
	}
	return r.solve(ctx, q, now, "-o", "Dir::State::status="+statusFile, "-o", "Dir::State::extended_states="+extendedFile)
}

// assume changes what is known of packages to what will be.
func (r Real) assume(ctx context.Context, now dpkgPackages, pending []Named) error {
	var ask []string
	for _, o := range pending {
		name, want := keyName(o.Key), PackageOf(o.Object)
		e := now[name]
		switch {
		case want.Version == "" && want.OnlyConfig:
			e.Want, e.Flag, e.Status = "deinstall", "ok", "config-files"
			now[name] = e
		case want.Version == "":
			delete(now, name)
		case e.Status == "installed" && e.Version == want.Version:
			e.Automatic = want.Automatic
			now[name] = e
		default:
			ask = append(ask, name+"="+want.Version)
			now[name] = dpkgEntry{Want: "install", Flag: "ok", Status: "installed", Version: want.Version, Automatic: want.Automatic}
		}
	}
	if len(ask) == 0 {
		return nil
	}
	res, err := r.aptProgram(ctx, append([]string{"apt-cache", "show"}, ask...))
	if err != nil {
		return err
	}
	for s := range stanzas(res.Stdout) {
		var name, arch string
		for field, text := range fields(s) {
			switch field {
			case "Package":
				name = text
			case "Architecture":
				arch = text
			}
		}
		for _, n := range []string{name, name + ":" + arch} {
			if e, ok := now[n]; ok && e.stanza == "" {
				e.stanza, e.Arch = s, arch
				now[n] = e
			}
		}
	}
	for _, a := range ask {
		if name, _, _ := strings.Cut(a, "="); now[name].stanza == "" {
			return spec.Errorf(spec.Unavailable, "the package manager does not tell what %s needs", a)
		}
	}
	return nil
}

// Available reports whether a version of a package can be had.
func (r Real) Available(ctx context.Context, name, version string) bool {
	res, err := r.aptProgram(ctx, []string{"apt-cache", "madison", name})
	if err != nil {
		return false
	}
	for line := range strings.Lines(res.Stdout) {
		if f := strings.Split(line, "|"); len(f) == 3 && strings.TrimSpace(f[1]) == version {
			return true
		}
	}
	return false
}
