package view

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// validator runs a program in a mount namespace of its own, in which folders are overlaid
// with what is staged, and paths are removed. What the program writes there, such as logs, vanishes with it. The
// folder of sshd is there as it is while sshd runs: it asks for it.
const validator = `umask 022; at=$1; dirs=$2; gone=$3; shift 3
fail() { echo "` + noNamespace + `: $1" >&2; exit 90; }
mkdir "$at/over" && mount -t tmpfs -o mode=0700 tmpfs "$at/over" || fail "tmpfs"
cp -a "$at/stage" "$at/over/up" || fail "cp"
for d in $dirs; do
  mkdir -p "$at/over/up/$d" "$at/over/work/$d" || fail "mkdir"
done
for d in $dirs; do
  mount -t overlay validate -o "lowerdir=/$d,upperdir=$at/over/up/$d,workdir=$at/over/work/$d" "/$d" || fail "overlay on /$d"
done
while [ "$gone" -gt 0 ]; do
  rm -d -f -- "$1" || fail "rm"
  gone=$((gone-1)); shift
done
mkdir -p /run/sshd
exec "$@"`

// noNamespace begins what the validator prints if it could not run the program.
const noNamespace = "armonic: cannot overlay"

// Validate runs a program that sees objects as if they had been put, while nobody else does.
func (r Real) Validate(ctx context.Context, argv []string, objects ...Named) (already string, err error) {
	if len(argv) == 0 {
		return "", nil
	}
	said, err := r.validate(ctx, argv, objects)
	if said == "" || err != nil {
		return "", err
	}
	before, err := r.validate(ctx, argv, nil)
	if err != nil {
		return "", err
	}
	if before != "" && (withoutNumbers(before) == withoutNumbers(said) || !names(said, objects)) {
		return said, nil
	}
	return "", spec.Errorf(spec.Failed, "%s refuses it: %s", argv[0], said).WithHint("nothing was changed")
}

// validate gives what the program says if it does not end with 0.
func (r Real) validate(ctx context.Context, argv []string, objects []Named) (said string, err error) {
	at, err := os.MkdirTemp("", "armonic-validate-")
	if err != nil {
		return "", spec.Errorf(spec.Failed, "cannot validate: %v", err)
	}
	defer func() { _ = os.RemoveAll(at) }() // what stays is in a temporary directory
	stage := at + "/stage"
	if err := os.Mkdir(stage, 0o755); err != nil {
		return "", spec.Errorf(spec.Failed, "cannot validate: %v", err)
	}
	dirs := []string{"etc", "run", "var"}
	var gone []string
	for _, o := range objects {
		if spec.KindOfKey(o.Key) != File {
			continue
		}
		if top, _, _ := strings.Cut(o.Key[1:], "/"); !slices.Contains(dirs, top) {
			dirs = append(dirs, top)
		}
		if o.Object.Kind == Nothing {
			gone = append(gone, o.Key)
			continue
		}
		if err := r.stageDirectory(stage, path.Dir(o.Key)); err != nil {
			return "", err
		}
		if err := r.putPath(stage+o.Key, o.Object); err != nil {
			return "", err
		}
	}
	for _, dir := range dirs { // the folder in the overlay has the attributes of the upper one
		if err := r.stageDirectory(stage, "/"+dir); err != nil {
			return "", err
		}
	}
	res, err := r.run(ctx, slices.Concat([]string{"unshare", "--mount", "--propagation", "private", "sh", "-c", validator, "sh",
		at, strings.Join(dirs, " "), strconv.Itoa(len(gone))}, gone, argv), "")
	switch {
	case err != nil:
		return "", err
	case res.Code == 0:
		return "", nil
	case res.Code == 90 && strings.Contains(res.Stderr, noNamespace):
		return "", spec.Errorf(spec.Unavailable, "cannot validate before the change: %s", oneLine(res.Stderr)).
			WithHint("this needs mount namespaces and overlayfs; leave validate out on such a host")
	}
	if said = oneLine(res.Stderr + "\n" + res.Stdout); said == "" {
		said = argv[0] + " failed, and says nothing"
	}
	return said, nil
}

// stageDirectory makes a directory, and those above it, as they are on the host.
func (r Real) stageDirectory(stage, dir string) error {
	if dir == "/" {
		return nil
	}
	if _, err := os.Lstat(stage + dir); err == nil {
		return nil
	}
	if err := r.stageDirectory(stage, path.Dir(dir)); err != nil {
		return err
	}
	is, err := r.getPath(dir)
	if err != nil {
		return err
	}
	if is.Kind != Directory {
		return noDirectory(filepath.Join(dir, "x"), is.Kind)
	}
	return r.putPath(stage+dir, is)
}

// names reports whether a text names one of the objects.
func names(text string, objects []Named) bool {
	return slices.ContainsFunc(objects, func(o Named) bool { return o.Object.Kind != Directory && strings.Contains(text, path.Base(o.Key)) })
}

// withoutNumbers takes out what differs in two messages that say the same: times, and the
// numbers of processes.
func withoutNumbers(s string) string {
	return regexp.MustCompile(`[0-9-/]+[ T][0-9:]{8}[.0-9]*|\b[0-9:]{8}[.0-9]*|\([0-9]+\)|\[[0-9]+\]|[0-9]+#[0-9]+`).ReplaceAllString(s, "")
}

// mostSaid is how much of what a validator prints is kept, in bytes.
const mostSaid = 2000

func oneLine(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	s = strings.Join(lines, " | ")
	return strings.ToValidUTF8(s[max(0, len(s)-mostSaid):], "")
}
