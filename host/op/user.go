package op

import (
	"context"
	"path"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// userOperation wants a user to exist, or not. What is "" is as it is, or as usual.
type userOperation struct {
	name    string
	want    view.Account // Groups are those to be in besides
	present bool
}

func user() Definition {
	return Definition{
		Name: "user", Required: 1,
		Doc: "A user. The groups that it is in besides stay. Its home is never removed, and made only with create_home.",
		Params: []Param{
			{Name: "name", Doc: "Its name."},
			{Name: "system", Type: Flag, Default: False, Doc: "Whether a new one is for a service: it gets such a number, no home and no shell."},
			{Name: "home", Doc: "Its home. If it is not given: as it is; /home/NAME, or /nonexistent, if it is new."},
			{Name: "shell", Doc: "Its shell. If it is not given: as it is; /bin/bash, or /usr/sbin/nologin, if it is new."},
			{Name: "groups", Type: Texts, Doc: "Groups that it is to be in besides."},
			{Name: "group", Doc: "Its own group. If it is not given: as it is; one of its name, which is made if it is missing, if it is new."},
			{Name: "uid", Doc: "Its number. If it is not given, a new one gets the next free one."},
			{Name: "password", Secret: true, Doc: "Its password, if it is new: that of a user that exists is never changed. Without one nobody can log in with a password."},
			{Name: "create_home", Type: Flag, Default: False, Doc: "Whether the home of a new one is made, with the usual files."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if there is to be none of that name: then its own group goes too, and the home stays."},
		},
		New: newUser,
	}
}

func newUser(a Arguments) (Operation, error) {
	o := userOperation{name: a["name"], want: view.Account{
		UID: a["uid"], Group: a["group"], Home: a["home"], Shell: a["shell"], Groups: union(nil, a.list("groups")), Password: a["password"],
	}}
	o.want.System, _ = a.flag("system")
	o.want.CreateHome, _ = a.flag("create_home")
	o.present, _ = a.flag("present")
	names := append([]string{o.name}, o.want.Groups...)
	if o.want.Group != "" {
		names = append(names, o.want.Group)
	}
	if err := checkNames(names); err != nil {
		return nil, err
	}
	for _, p := range []string{o.want.Home, o.want.Shell} {
		if p == "" {
			continue
		}
		if !path.IsAbs(p) || path.Clean(p) != p || strings.ContainsAny(p, ":\n,") {
			return nil, spec.Errorf(spec.Invalid, "%q is no path of a home or shell", p)
		}
	}
	if strings.ContainsAny(o.want.Password, "\n\x00") {
		return nil, spec.Errorf(spec.Invalid, "a password has a newline in it")
	}
	return o, checkNumber("uid", o.want.UID)
}

// Plan says what would change.
func (o userOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	key := string(view.User) + " " + o.name
	now, err := v.Get(key)
	if err != nil {
		return nil, err
	}
	if !o.present {
		return o.planAbsent(v, key, now)
	}
	var out []Change
	want := o.usual()
	if now.Kind == view.Nothing || view.HalfMade(now) {
		if want.Group == o.name {
			own, err := groupOperation{name: o.name, gid: "", system: want.System, present: true}.Plan(context.Background(), v)
			if err != nil {
				return nil, err
			}
			out = own
		}
	} else if want, err = o.over(view.AccountOf(now)); err != nil {
		return nil, err
	}
	for _, name := range union([]string{want.Group}, want.Groups) {
		g, err := v.Get(groupKey(name))
		if err != nil {
			return nil, err
		}
		if g.Kind == view.Nothing && name != o.name {
			return nil, spec.Errorf(spec.NotFound, "there is no group %s", name).WithHint("make it with ctx.host.group before")
		}
	}
	after := want.Object()
	if now.Kind != view.Nothing && view.Same(after, now) {
		return nil, nil
	}
	return append(out, Change{Key: key, Before: now, After: after}), nil
}

// usual is a new user.
func (o userOperation) usual() view.Account {
	a := o.want
	home, shell := "/home/"+o.name, "/bin/bash"
	if a.System {
		home, shell = "/nonexistent", "/usr/sbin/nologin"
	}
	for _, x := range []struct {
		is    *string
		usual string
	}{{&a.Home, home}, {&a.Shell, shell}, {&a.Group, o.name}} {
		if *x.is == "" {
			*x.is = x.usual
		}
	}
	return a
}

// over is what a user would be that is as a now.
func (o userOperation) over(a view.Account) (view.Account, error) {
	if o.want.UID != "" && a.UID != "" && o.want.UID != a.UID {
		return a, otherNumber("user", o.name, a.UID, o.want.UID)
	}
	if o.want.Group != "" && o.want.Group != a.Group {
		a.Group, a.GID = o.want.Group, ""
	}
	if o.want.Home != "" {
		a.Home = o.want.Home
	}
	if o.want.Shell != "" {
		a.Shell = o.want.Shell
	}
	a.Groups = union(a.Groups, o.want.Groups)
	return a, nil
}

// planAbsent plans that a user goes, with the group that is its own.
func (o userOperation) planAbsent(v view.View, key string, now view.Object) ([]Change, error) {
	if now.Kind == view.Nothing {
		return nil, nil
	}
	out := []Change{{Key: key, Before: now}}
	if own := view.AccountOf(now); own.Group != o.name {
		return out, nil
	}
	g, err := v.Get(groupKey(o.name))
	if err != nil {
		return nil, err
	}
	if g.Kind != view.Nothing && len(view.GroupOf(g).Members) == 0 {
		out = append(out, Change{Key: groupKey(o.name), Before: g})
	}
	return out, nil
}
