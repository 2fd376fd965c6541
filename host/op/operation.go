package op

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// Operation wants a host to be in some way.
type Operation interface {
	// Plan says what would have to change, in order; nothing if the host is as wanted.
	// It changes nothing. The error says why it cannot be.
	Plan(v view.View) ([]Change, error)
}

// Change is what is at a path before and after.
type Change struct {
	Path          string
	Before, After view.Object
}

// Apply makes a change.
func (c Change) Apply(v view.View) error { return v.Put(c.Path, c.After) }

// Definition is what modules and people know of an operation.
type Definition struct {
	Name     string // of the function of ctx.host
	Doc      string
	Params   []Param // the required ones first
	Required int     // how many
	New      func(a Arguments) (Operation, error)
}

// Param is a parameter, which is a text.
type Param struct {
	Name    string
	Default string
	Secret  bool // a secret may be in it
	Doc     string
}

// Arguments are the texts that are given for parameters, by name.
type Arguments map[string]string

// All are all operations, in the order in which people look for them.
func All() []Definition {
	return []Definition{file(), line(), block(), ini(), directory(), link(), absent()}
}

// path is the argument of that name.
func (a Arguments) path(name string) (string, error) {
	p := a[name]
	if err := view.CheckPath(p); err != nil {
		return "", err
	}
	return p, nil
}

// access is who owns an object and who may use it; what is "" or nil is as it is, or as
// it usually is.
type access struct {
	owner, group string
	mode         *fs.FileMode
}

func accessParams(mode string) []Param {
	return []Param{
		{Name: "mode", Doc: "Who may do what, in octal: \"0640\". If it is not given: as it is, \"" + mode + "\" if it is new."},
		{Name: "owner", Doc: "The user whose it is, as it is if not given."},
		{Name: "group", Doc: "The group whose it is, as it is if not given."},
	}
}

func (a Arguments) access() (access, error) {
	out := access{owner: a["owner"], group: a["group"]}
	text := a["mode"]
	if text == "" {
		return out, nil
	}
	bits, err := strconv.ParseUint(text, 8, 32)
	if err != nil || bits > 0o7777 {
		return out, spec.Errorf(spec.Invalid, "%q is no mode", text).WithHint("write it in octal: mode = \"0640\"")
	}
	mode := fs.FileMode(bits & 0o777)
	for _, x := range []struct {
		bit  uint64
		mode fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if bits&x.bit != 0 {
			mode |= x.mode
		}
	}
	out.mode = &mode
	return out, nil
}

// of gives an object this access. One that is new is ours.
func (a access) of(v view.View, now, o view.Object, usual fs.FileMode) view.Object {
	owner, group := v.Self()
	mode := usual
	if now.Kind == o.Kind {
		owner, group, mode = now.Owner, now.Group, now.Mode
	}
	if a.owner != "" {
		owner = a.owner
	}
	if a.group != "" {
		group = a.group
	}
	if a.mode != nil {
		mode = *a.mode
	}
	o.Owner, o.Group, o.Mode = owner, group, mode
	return o
}

// put plans that an object is at a path, with the directories above it that are missing.
func put(v view.View, p string, now, o view.Object) ([]Change, error) {
	if now == o {
		return nil, nil
	}
	out, err := parents(v, p)
	if err != nil {
		return nil, err
	}
	return append(out, Change{p, now, o}), nil
}

func parents(v view.View, p string) ([]Change, error) {
	dir := path.Dir(p)
	if dir == "/" {
		return nil, nil
	}
	now, err := v.Get(dir)
	switch {
	case err != nil:
		return nil, err
	case now.Kind == view.Directory:
		return nil, nil
	case now.Kind != view.Nothing:
		return nil, spec.Errorf(spec.Conflict, "%s is no directory but a %s", dir, now.Kind)
	}
	return put(v, dir, now, access{}.of(v, now, view.Object{Kind: view.Directory}, 0o755))
}

// wrongKind says that something else is where an operation wants a kind of object.
func wrongKind(p string, now view.Object, want view.Kind) error {
	switch {
	case now.Kind == view.Link && want == view.File:
		return spec.Errorf(spec.Conflict, "%s is a link to %s", p, now.Target).WithHint("name the file that it leads to, or remove the link with ctx.host.absent first")
	case now.Kind == view.Other:
		return spec.Errorf(spec.Conflict, "%s is a device, a socket or the like", p)
	}
	return spec.Errorf(spec.Conflict, "%s is a %s, not a %s", p, now.Kind, want).WithHint("remove it with ctx.host.absent first, if that is meant")
}

// Describe says what a change does, on one line: "+ /etc/motd (0644 root:root)".
func (c Change) Describe() string {
	switch {
	case c.After.Kind == view.Nothing:
		return fmt.Sprintf("- %s (%s)", c.Path, c.Before.Kind)
	case c.Before.Kind == view.Nothing:
		return fmt.Sprintf("+ %s (%s)", c.Path, about(c.After))
	case c.Before.Kind != c.After.Kind || modeAndOwner(c.Before) != modeAndOwner(c.After) || c.Before.Target != c.After.Target:
		return fmt.Sprintf("~ %s (%s, was %s)", c.Path, about(c.After), about(c.Before))
	}
	return "~ " + c.Path
}

func about(o view.Object) string {
	switch o.Kind {
	case view.Link:
		return "link to " + o.Target
	case view.Directory:
		return "directory, " + modeAndOwner(o)
	case view.File, view.Nothing, view.Other:
	}
	return modeAndOwner(o)
}

func modeAndOwner(o view.Object) string {
	if o.Kind == view.Link {
		return ""
	}
	bits := uint32(o.Mode.Perm())
	for bit, mode := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if o.Mode&mode != 0 {
			bits |= bit
		}
	}
	return fmt.Sprintf("%04o %s:%s", bits, o.Owner, o.Group)
}
