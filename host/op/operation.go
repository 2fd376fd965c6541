package op

import (
	"context"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// Operation wants a host to be in some way.
type Operation interface {
	// Plan says what would have to change, in order; nothing if the host is as wanted.
	// It changes nothing. The error says why it cannot be.
	Plan(ctx context.Context, v view.View) ([]Change, error)
}

// Watched is an operation on one thing that may well be as it is wanted by itself, as a
// service is that its package starts, and is to be so from then on.
type Watched interface {
	Operation
	Key() string // of a view
}

// Change is what is at a key of a view before and after.
type Change struct {
	Key           string
	Before, After view.Object
	Forever       string   // why it cannot be taken back, "" if it can
	Part          bool     // it is about a part of a file, whose rest is somebody else's
	Validate      []string // the program that has to accept it before it is made, see Check; nil for none
}

// Together splits off the first changes that are one act: packages that follow one another,
// or one of anything else.
func Together(changes []Change) (some, rest []Change) {
	n := 0
	for n < len(changes) && spec.KindOfKey(changes[n].Key) == view.Package {
		n++
	}
	n = max(n, min(1, len(changes)))
	return changes[:n], changes[n:]
}

// Apply makes changes, and gives what came to be besides, see view.View.
func Apply(ctx context.Context, v view.View, changes ...Change) (besides []view.Named, err error) {
	objects := make([]view.Named, len(changes))
	for i, c := range changes {
		objects[i] = view.Named{Key: c.Key, Object: c.After}
	}
	return v.Put(ctx, objects...)
}

// Definition is what modules and people know of an operation.
type Definition struct {
	Name     string // of the function of ctx.host
	Doc      string
	Params   []Param // the required ones first
	Required int     // how many
	New      func(a Arguments) (Operation, error)
}

// Param is a parameter.
type Param struct {
	Name    string
	Type    ParamType // "" is Text
	Default string
	Secret  bool // a secret may be in it
	Doc     string
}

// ParamType is what a parameter is given as.
type ParamType string

// The types of parameters.
const (
	Text  ParamType = "str"
	Flag  ParamType = "bool"
	Texts ParamType = "list[str]"
	Pairs ParamType = "dict[str, str]"
)

// Arguments are what is given for parameters, by name: texts, "True" or "False" for a flag,
// the elements of a list in lines, those of a dict likewise, the key of each before its value.
type Arguments map[string]string

// flag is the argument of that name; given is false if there is none.
func (a Arguments) flag(name string) (set, given bool) { return a[name] == True, a[name] != "" }

// list is the argument of that name.
func (a Arguments) list(name string) []string {
	if a[name] == "" {
		return nil
	}
	return strings.Split(a[name], "\n")
}

// pairs are those of the argument of that name.
func (a Arguments) pairs(name string) iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for two := range slices.Chunk(a.list(name), 2) {
			if !yield(two[0], two[1]) {
				return
			}
		}
	}
}

// True and False are the arguments for flags.
const (
	True  = "True"
	False = "False"
)

// All are all operations, in the order in which people look for them.
func All() []Definition {
	return []Definition{
		configures(file()), configures(line()), configures(block()), configures(ini()), configures(augeas()), directory(), configures(link()), configures(absent()),
		packages(), repository(), service(), reload(), restart(), unit(), user(), group(),
		database(), databaseUser(), authorizedKey(), sysctl(), mount(), timer(), firewall(), listens(), archive(), reboot(),
	}
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
	out, err := parents(v, p)
	if err != nil || now == o {
		return nil, err
	}
	return append(out, Change{Key: p, Before: now, After: o}), nil
}

// parents plans that the directories above a path are there. It looks at all of them: those
// that others made are needed from now on.
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
		return parents(v, dir)
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
