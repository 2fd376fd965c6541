package view

import (
	"context"
	"errors"
	"path"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Overlay is another view with changes that are kept in memory: that one is read, and
// never changed. It is for one goroutine.
type Overlay struct {
	below   View
	changed map[string]Object

	directories map[string]Object // of the view below, that were looked at

	hasPackages bool            // some were put
	looked      pendingContents // what is in them
}

// NewOverlay makes an overlay without changes.
func NewOverlay(below View) *Overlay {
	return &Overlay{below: below, changed: map[string]Object{}, directories: map[string]Object{}}
}

// Get gives what would be at a key.
func (v *Overlay) Get(p string) (Object, error) {
	if o, ok := v.changed[p]; ok {
		return o, nil
	}
	if kind := spec.KindOfKey(p); kind != File {
		o, err := v.below.Get(p)
		if err == nil && o.Kind == Nothing && kind == Service {
			o = v.foreseenService(p)
		}
		if away := (*awayError)(nil); errors.As(err, &away) {
			return v.foreseenDatabase(p, away)
		}
		return o, err
	}
	if dir := path.Dir(p); dir != p { // what lies below is not there if that is put anew
		if o, ok := v.changed[dir]; ok && o.Kind != Directory {
			return Object{}, nil
		}
	}
	o, err := v.path(p)
	if err == nil && o.Kind == Nothing && v.hasPackages {
		return v.brought(p)
	}
	return o, err
}

// path is what the view below has at a path. Directories are looked at once: each operation
// on a path asks for all that are above it.
func (v *Overlay) path(p string) (Object, error) {
	if o, ok := v.directories[p]; ok {
		return o, nil
	}
	o, err := v.below.Get(p)
	if err == nil && o.Kind == Directory {
		v.directories[p] = o
	}
	return o, err
}

// List gives the names that would be in a directory.
func (v *Overlay) List(dir string) ([]string, error) {
	var out []string
	if now, err := v.below.Get(dir); err != nil {
		return nil, err
	} else if now.Kind == Directory && !v.unmounted(dir) {
		if out, err = v.below.List(dir); err != nil {
			return nil, err
		}
	}
	if v.hasPackages {
		names, err := v.broughtNames(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, names...)
		slices.Sort(out)
		out = slices.Compact(out)
	}
	for p, o := range v.changed {
		name := path.Base(p)
		switch {
		case path.Dir(p) != dir:
		case o.Kind == Nothing:
			out = slices.DeleteFunc(out, func(x string) bool { return x == name })
		case !slices.Contains(out, name):
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// unmounted reports whether what is mounted on a directory would be no more. What is below it
// is not known then, and usually nothing.
func (v *Overlay) unmounted(dir string) bool {
	o, changed := v.changed[string(Service)+" "+MountUnit(dir)]
	return changed && !ParseService(o.Content).IsRunning()
}

// Put notes what would be at keys.
func (v *Overlay) Put(_ context.Context, objects ...Named) ([]Named, error) {
	for _, o := range objects {
		if spec.KindOfKey(o.Key) == File {
			if err := v.check(o.Key, o.Object); err != nil {
				return nil, err
			}
		}
		v.hasPackages = v.hasPackages || spec.KindOfKey(o.Key) == Package
		v.changed[o.Key] = Shown(o.Object)
		if home, dir := homeMade(o.Object, keyName(o.Key)); home != "" {
			if is, err := v.Get(home); err == nil && is.Kind == Nothing {
				v.changed[home] = dir
			}
		}
	}
	return nil, nil
}

// check refuses what cannot be put at a path.
func (v *Overlay) check(p string, o Object) error {
	if err := CheckPath(p); err != nil {
		return err
	}
	dir := Object{Kind: Directory}
	if path.Dir(p) != "/" {
		var err error
		if dir, err = v.Get(path.Dir(p)); err != nil {
			return err
		}
	}
	if dir.Kind == Nothing && o.Kind == Nothing {
		return nil // it went with its directory
	}
	if dir.Kind != Directory {
		return noDirectory(p, dir.Kind)
	}
	now, err := v.Get(p)
	if err == nil {
		err = cannotReplace(p, now, o)
	}
	if err == nil && now.Kind == Directory && o.Kind == Nothing {
		var names []string
		if names, err = v.List(p); err == nil && len(names) > 0 {
			err = notEmpty(p, names)
		}
	}
	return err
}

// Self is who owns what is new there.
func (v *Overlay) Self() (owner, group string) { return v.below.Self() }
