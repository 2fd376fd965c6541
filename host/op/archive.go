package op

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// archiveOperation wants what is in an archive to be below a directory.
type archiveOperation struct {
	path    string
	entries []entry
	access
}

// entry is what an archive has at a path: a directory, a link if it has a target, else a file.
type entry struct {
	path, content, target string
	directory             bool
	mode                  fs.FileMode
}

// What may be in an archive: each file is an effect of its own.
const (
	maxEntries  = 5000
	maxUnpacked = 64 << 20 // bytes
)

func archive() Definition {
	return Definition{
		Name: "archive", Required: 2,
		Doc: "What is in an archive (tar, tar.gz, tar.bz2, zip), below a directory: each file is as if ctx.host.file had put it, with its mode, but that only the owner may write. What is there besides stays.",
		Params: []Param{
			{Name: "path", Doc: "The directory; it is made if it is missing."},
			{Name: "content", Doc: "The archive itself; usually src is given."},
			{Name: "strip", Default: "0", Doc: "How many directories are taken off each path: \"1\" if all is in one of the name of a release."},
			{Name: "owner", Doc: "The user whose all of it is; as it is, or root's, if not given."},
			{Name: "group", Doc: "The group whose all of it is, likewise."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			strip, err := strconv.Atoi(a["strip"])
			if err != nil || strip < 0 {
				return nil, spec.Errorf(spec.Invalid, "strip is %q", a["strip"]).WithHint("a number, such as \"1\"")
			}
			o := archiveOperation{path: p, access: access{owner: a["owner"], group: a["group"]}}
			o.entries, err = unpack(a["content"], strip)
			return o, err
		},
	}
}

// Plan says what would change.
func (o archiveOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	several := []Operation{directoryOperation{o.path, access{owner: o.owner, group: o.group}}}
	for _, e := range o.entries {
		p, a := path.Join(o.path, e.path), o.access
		a.mode = &e.mode
		switch {
		case e.directory:
			several = append(several, directoryOperation{p, a})
		case e.target != "":
			several = append(several, linkOperation{p, e.target})
		default:
			several = append(several, fileOperation{p, e.content, a})
		}
	}
	return planSeveral(ctx, v, several...)
}

// unpack reads an archive, sorted by path.
func unpack(content string, strip int) ([]entry, error) {
	var all []entry
	var err error
	if strings.HasPrefix(content, "PK\x03\x04") {
		all, err = unzip(content)
	} else {
		all, err = untar(content)
	}
	if err != nil {
		if spec.KindOf(err) == spec.Internal {
			err = spec.Errorf(spec.Invalid, "the archive cannot be read: %v", err).WithHint("it has to be a tar, whole or compressed with gzip or bzip2, or a zip")
		}
		return nil, err
	}
	byPath := map[string]entry{} // as in a tar, what comes later counts
	for _, e := range all {
		p := path.Clean(e.path)
		if path.IsAbs(p) || p == ".." || strings.HasPrefix(p, "../") || strings.ContainsRune(p, 0) {
			return nil, spec.Errorf(spec.Invalid, "the archive has %q in it, which is not below its directory", e.path)
		}
		parts := strings.Split(p, "/")
		if e.path = path.Join(parts[min(strip, len(parts)):]...); e.path != "" && e.path != "." {
			byPath[e.path] = e
		}
	}
	out := make([]entry, 0, len(byPath))
	for _, e := range byPath {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b entry) int { return slices.Compare(strings.Split(a.path, "/"), strings.Split(b.path, "/")) })
	if len(out) == 0 {
		return nil, spec.Errorf(spec.Invalid, "the archive has nothing in it")
	}
	return out, nil
}

// unpacked is how much was read, to stop where it is too much.
type unpacked struct{ entries, bytes int }

func (u *unpacked) read(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(maxUnpacked-u.bytes)+1))
	u.bytes += len(b)
	if u.entries++; u.entries > maxEntries || u.bytes > maxUnpacked {
		return "", spec.Errorf(spec.Invalid, "the archive has more than %d files or %d MiB in it", maxEntries, maxUnpacked>>20).
			WithHint("unpack it with ctx.host.run, and undo = [\"rm\", …]")
	}
	return string(b), err
}

// usual is a mode with which nobody but the owner may write, whoever packed it.
func usual(mode fs.FileMode) fs.FileMode { return mode.Perm() &^ 0o022 }

func untar(content string) (all []entry, err error) {
	var r io.Reader = strings.NewReader(content)
	switch {
	case strings.HasPrefix(content, "\x1f\x8b"):
		if r, err = gzip.NewReader(r); err != nil {
			return nil, err
		}
	case strings.HasPrefix(content, "BZh"):
		r = bzip2.NewReader(r)
	}
	var u unpacked
	files := map[string]string{}
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := u.read(t)
		if err != nil {
			return nil, err
		}
		e := entry{path: h.Name, content: text, mode: usual(fs.FileMode(h.Mode))}
		switch h.Typeflag {
		case tar.TypeReg:
			files[path.Clean(h.Name)] = text
		case tar.TypeDir:
			e.directory = true
		case tar.TypeSymlink:
			e.target = h.Linkname
		case tar.TypeLink:
			var there bool
			if e.content, there = files[path.Clean(h.Linkname)]; !there {
				return nil, fmt.Errorf("%s is another name of %s, which is not there", h.Name, h.Linkname)
			}
		case tar.TypeXGlobalHeader:
			continue
		default:
			return nil, spec.Errorf(spec.Invalid, "the archive has %q in it, a device or the like", h.Name)
		}
		all = append(all, e)
	}
}

func unzip(content string) (all []entry, err error) {
	z, err := zip.NewReader(bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		return nil, err
	}
	var u unpacked
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := u.read(r)
		_ = r.Close() // only read from
		if err != nil {
			return nil, err
		}
		e := entry{path: f.Name, content: text, mode: usual(f.Mode()), directory: f.Mode().IsDir()}
		switch {
		case f.Mode()&fs.ModeSymlink != 0:
			e.target, e.content = text, ""
		case !e.directory && !f.Mode().IsRegular():
			return nil, spec.Errorf(spec.Invalid, "the archive has %q in it, a device or the like", f.Name)
		}
		all = append(all, e)
	}
	return all, nil
}
