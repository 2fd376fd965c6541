package view

import (
	"path"
	"slices"
)

// Overlay is another view with changes that are kept in memory: that one is read, and
// never changed. It is for one goroutine.
type Overlay struct {
	below   View
	changed map[string]Object
}

// NewOverlay makes an overlay without changes.
func NewOverlay(below View) *Overlay { return &Overlay{below, map[string]Object{}} }

// Get gives what would be at a path.
func (v *Overlay) Get(p string) (Object, error) {
	if o, ok := v.changed[p]; ok {
		return o, nil
	}
	if dir := path.Dir(p); dir != p { // what lies below is not there if that is put anew
		if o, ok := v.changed[dir]; ok && o.Kind != Directory {
			return Object{}, nil
		}
	}
	return v.below.Get(p)
}

// List gives the names that would be in a directory.
func (v *Overlay) List(dir string) ([]string, error) {
	var out []string
	if now, err := v.below.Get(dir); err != nil {
		return nil, err
	} else if now.Kind == Directory {
		if out, err = v.below.List(dir); err != nil {
			return nil, err
		}
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

// Put notes what would be at a path.
func (v *Overlay) Put(p string, o Object) error {
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
	if err != nil {
		return err
	}
	v.changed[p] = o
	return nil
}

// Self is who owns what is new there.
func (v *Overlay) Self() (owner, group string) { return v.below.Self() }
