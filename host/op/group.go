package op

import (
	"context"
	"slices"
	"strconv"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// groupOperation wants a group to exist, or not.
type groupOperation struct {
	name    string
	members []string
	gid     string
	system  bool
	present bool
}

func group() Definition {
	return Definition{
		Name: "group", Required: 1,
		Doc: "A group. Who is in it already stays in it.",
		Params: []Param{
			{Name: "name", Doc: "Its name."},
			{Name: "system", Type: Flag, Default: False, Doc: "Whether a new one gets a number of those for services."},
			{Name: "gid", Doc: "Its number. If it is not given, a new one gets the next free one."},
			{Name: "members", Type: Texts, Doc: "Users that are to be in it."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if there is to be none of that name."},
		},
		New: func(a Arguments) (Operation, error) {
			o := groupOperation{name: a["name"], members: a.list("members"), gid: a["gid"]}
			o.system, _ = a.flag("system")
			o.present, _ = a.flag("present")
			if err := checkNames(append([]string{o.name}, o.members...)); err != nil {
				return nil, err
			}
			return o, checkNumber("gid", o.gid)
		},
	}
}

// Plan says what would change.
func (o groupOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	key := groupKey(o.name)
	now, err := v.Get(key)
	if err != nil {
		return nil, err
	}
	if !o.present {
		if now.Kind == view.Nothing {
			return nil, nil
		}
		return []Change{{Key: key, Before: now}}, nil
	}
	want := view.GroupEntry{GID: o.gid, System: o.system}
	if now.Kind != view.Nothing {
		is := view.GroupOf(now)
		if o.gid != "" && o.gid != is.GID && is.GID != "" {
			return nil, otherNumber("group", o.name, is.GID, o.gid)
		}
		want.GID, want.System, want.Members = is.GID, is.System, is.Members
	}
	if len(o.members) > 0 {
		want.Members = union(want.Members, o.members)
	}
	after := want.Object()
	if now.Kind != view.Nothing && view.Same(after, now) {
		return nil, nil
	}
	return []Change{{Key: key, Before: now, After: after}}, nil
}

func groupKey(name string) string { return string(view.Group) + " " + name }

// union is what is in either, sorted.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func checkNames(names []string) error {
	for _, name := range names {
		if err := view.CheckAccount(name); err != nil {
			return err
		}
	}
	return nil
}

func checkNumber(what, number string) error {
	if n, err := strconv.ParseUint(number, 10, 31); number != "" && (err != nil || strconv.FormatUint(n, 10) != number) {
		return spec.Errorf(spec.Invalid, "%q is no %s", number, what).WithHint("a number, such as 990")
	}
	return nil
}

func otherNumber(what, name, is, want string) error {
	return spec.Errorf(spec.Conflict, "the %s %s has the number %s, not %s", what, name, is, want).
		WithHint("what it owns would be nobody's: change it by hand, or leave the number out")
}
