package view

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// repair has the package manager finish what was begun and not finished: it refuses to
// begin anything else before. What cannot be repaired is said, and no error: it may be
// nothing that matters here.
func (r Real) repair(ctx context.Context) error {
	broken, err := unsound()
	if err != nil || len(broken) == 0 {
		return err
	}
	r.say("repairing packages that were left half installed: " + strings.Join(broken, ", "))
	last := ""
	for _, attempt := range []func() []string{
		// First, since it also takes in what a killed dpkg had noted; apt does nothing before.
		func() []string { return []string{"dpkg", "--force-confdef", "--force-confold", "--configure", "-a"} },
		reinstall,
		func() []string { return aptGet("--no-remove", "--fix-broken", "install") },
	} {
		argv := attempt()
		if argv == nil {
			continue
		}
		res, err := r.aptProgram(ctx, argv)
		if err != nil {
			return err
		}
		if broken, err = unsound(); err != nil || len(broken) == 0 {
			return err
		}
		last = lastLines(res.Stdout+"\n"+res.Stderr, 3)
	}
	r.say("still half installed: " + strings.Join(broken, ", ") + ": " + last)
	return nil
}

// reinstall unpacks again what dpkg refuses to go on with; nil if there is nothing.
func reinstall() []string {
	again := inconsistent()
	if len(again) == 0 {
		return nil
	}
	return aptGet(append([]string{"--no-remove", "--reinstall", "--fix-broken", "install"}, again...)...)
}

// inconsistent names the packages of which dpkg does not know what is there: they have to be
// unpacked again.
func inconsistent() (out []string) {
	all, err := readDpkg()
	if err != nil {
		return nil // it is said by those who need it
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if e := all[name]; !e.sound() && strings.Contains(e.state().Half, "reinstreq") {
			out = append(out, name)
		}
	}
	return out
}

// unsound names the packages that are between installed and not, and how they are.
func unsound() ([]string, error) {
	all, err := readDpkg()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if e := all[name]; !e.sound() {
			out = append(out, fmt.Sprintf("%s (%s)", name, e.state().Half))
		}
	}
	if left, _ := filepath.Glob(dpkgDir + "/updates/[0-9]*"); len(out) == 0 && len(left) > 0 {
		out = append(out, "dpkg itself, which was killed")
	}
	return out, nil
}
