package view

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/armonic/armonic/spec"
)

// putUser makes, changes or removes a user. Its home stays, whatever is done.
func (r Real) putUser(ctx context.Context, name string, o Object) error {
	now, err := getUser(name)
	if err != nil {
		return err
	}
	if err := removeLocks(!HalfMade(now)); err != nil {
		return err
	}
	if HalfMade(now) {
		if err := r.removeRest(ctx, name); err != nil {
			return err
		}
		if err := removeLocks(true); err != nil {
			return err
		}
		now = Object{}
	}
	switch {
	case o.Kind == Nothing || HalfMade(o):
		if now.Kind == Nothing {
			return nil
		}
		return r.removeUser(ctx, name, AccountOf(now))
	case now.Kind == Nothing:
		return r.makeUser(ctx, name, AccountOf(o))
	}
	return r.changeUser(ctx, name, AccountOf(now), AccountOf(o))
}

// makeUser makes a user. It is marked until it is all there.
func (r Real) makeUser(ctx context.Context, name string, a Account) error {
	if a.Group == name { // it is there, unless the removal of an earlier user took it along
		own, err := getGroup(name)
		if err == nil && own.Kind == Nothing {
			err = r.putGroup(ctx, name, GroupEntry{GID: a.GID, System: a.System}.Object())
		}
		if err != nil {
			return err
		}
	}
	if err := groupsExist(append([]string{a.Group}, a.Groups...)); err != nil {
		return err
	}
	argv := []string{"useradd", "--comment", beingMade, "--gid", a.Group, "--home-dir", a.Home, "--shell", a.Shell}
	if a.System {
		argv = append(argv, "--system")
	}
	if a.UID != "" {
		argv = append(argv, "--uid", a.UID)
	}
	if len(a.Groups) > 0 {
		argv = append(argv, "--groups", strings.Join(a.Groups, ","))
	}
	if a.CreateHome {
		argv = append(argv, "--create-home")
	} else {
		argv = append(argv, "--no-create-home")
	}
	if err := r.program(ctx, "make the user "+name, append(argv, name), ""); err != nil {
		return err
	}
	if a.Password != "" {
		if err := r.program(ctx, "give the user "+name+" its password", []string{"chpasswd"}, name+":"+a.Password+"\n"); err != nil {
			return err
		}
	}
	return r.program(ctx, "finish the user "+name, []string{"usermod", "--comment", a.Comment, name}, "")
}

// changeUser changes what differs.
func (r Real) changeUser(ctx context.Context, name string, now, a Account) error {
	if a.UID != "" && a.UID != now.UID {
		return spec.Errorf(spec.Conflict, "the user %s has the number %s, not %s", name, now.UID, a.UID).
			WithHint("what it owns would be nobody's: change it by hand")
	}
	if err := groupsExist(append([]string{a.Group}, a.Groups...)); err != nil {
		return err
	}
	argv := []string{"usermod"}
	for _, x := range []struct{ flag, is, want string }{
		{"--gid", now.Group, a.Group}, {"--home", now.Home, a.Home}, {"--shell", now.Shell, a.Shell}, {"--comment", now.Comment, a.Comment},
		{"--groups", strings.Join(now.Groups, ","), strings.Join(a.Groups, ",")},
	} {
		if x.is != x.want {
			argv = append(argv, x.flag, x.want)
		}
	}
	if len(argv) == 1 {
		return nil
	}
	return r.program(ctx, "change the user "+name, append(argv, name), "")
}

// removeUser removes a user that runs nothing. Its group stays: that is an object of its
// own, so it gets another one first, with which userdel removes no group.
func (r Real) removeUser(ctx context.Context, name string, a Account) error {
	if pid, program := processOf(a.UID); pid != 0 {
		return spec.Errorf(spec.Conflict, "the user %s cannot be removed: process %d (%s) runs as it", name, pid, program).
			WithHint("stop it before")
	}
	if a.Group == name {
		groups, err := records("/etc/group")
		if err != nil {
			return err
		}
		for _, other := range []string{"nogroup", "nobody"} {
			if find(groups, 0, other) == nil {
				continue
			}
			argv := []string{"usermod", "--gid", other, "--home", "/nonexistent", name} // the home keeps its group
			if err := r.program(ctx, "remove the user "+name, argv, ""); err != nil {
				return err
			}
			break
		}
	}
	return r.program(ctx, "remove the user "+name, []string{"userdel", name}, "")
}

// removeRest removes what a killed program left of a user, wherever it stands.
func (r Real) removeRest(ctx context.Context, name string) error {
	users, err := records("/etc/passwd")
	if err != nil {
		return err
	}
	user := find(users, 0, name)
	if user == nil { // userdel does not see it
		argv := []string{"useradd", "--comment", beingMade, "--no-create-home", "--no-user-group", "--home-dir", "/nonexistent", "--system", name}
		if err := r.program(ctx, "complete the rest of the user "+name, argv, ""); err != nil {
			return err
		}
		return r.program(ctx, "remove the rest of the user "+name, []string{"userdel", name}, "")
	}
	groups, err := records("/etc/group")
	if err != nil {
		return err
	}
	a := Account{UID: user.field(2)}
	if g := find(groups, 2, user.field(3)); g != nil {
		a.Group = g[0]
	}
	return r.removeUser(ctx, name, a)
}

// processOf is a process that runs as a user, 0 if there is none.
func processOf(uid string) (pid int, program string) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && strconv.FormatUint(uint64(st.Uid), 10) == uid {
			name, _ := os.ReadFile("/proc/" + e.Name() + "/comm")
			return n, strings.TrimSpace(string(name))
		}
	}
	return 0, ""
}

// groupsExist says which group is missing.
func groupsExist(names []string) error {
	groups, err := records("/etc/group")
	if err != nil {
		return err
	}
	for _, name := range names {
		if find(groups, 0, name) == nil && find(groups, 2, name) == nil {
			return spec.Errorf(spec.NotFound, "there is no group %s", name).WithHint("make it with ctx.host.group before")
		}
	}
	return nil
}

// putGroup makes, changes or removes a group.
func (r Real) putGroup(ctx context.Context, name string, o Object) error {
	now, err := getGroup(name)
	if err != nil {
		return err
	}
	if now.Kind == Nothing && o.Kind == Nothing {
		return nil
	}
	if err := removeLocks(false); err != nil {
		return err
	}
	if o.Kind == Nothing {
		return r.program(ctx, "remove the group "+name, []string{"groupdel", name}, "")
	}
	is, want := GroupOf(now), GroupOf(o)
	if now.Kind == Nothing {
		argv := []string{"groupadd"}
		if want.System {
			argv = append(argv, "--system")
		}
		if want.GID != "" {
			argv = append(argv, "--gid", want.GID)
		}
		if err := r.program(ctx, "make the group "+name, append(argv, name), ""); err != nil {
			return err
		}
	} else if want.GID != "" && want.GID != is.GID {
		return spec.Errorf(spec.Conflict, "the group %s has the number %s, not %s", name, is.GID, want.GID).
			WithHint("what it owns would be nobody's: change it by hand")
	}
	if want.Members == nil || slices.Equal(want.Members, is.Members) || len(want.Members)+len(is.Members) == 0 {
		return nil
	}
	return r.program(ctx, "change the members of the group "+name, []string{"gpasswd", "--members", strings.Join(want.Members, ","), name}, "")
}
