package view

import (
	"io/fs"
	"os"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// chown gives an object its owner, where it is another: who is not root may keep it.
func chown(dir int, name string, o Object) error {
	uid, err := number(o.Owner, "user", func(s string) (string, error) { u, err := user.Lookup(s); return idOf(u, err) })
	if err != nil {
		return err
	}
	gid, err := number(o.Group, "group", func(s string) (string, error) {
		g, err := user.LookupGroup(s)
		if err != nil {
			return "", err
		}
		return g.Gid, nil
	})
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if int(st.Uid) == uid && int(st.Gid) == gid {
		return nil
	}
	return unix.Fchownat(dir, name, uid, gid, unix.AT_SYMLINK_NOFOLLOW)
}

func idOf(u *user.User, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return u.Uid, nil
}

// number is that of a user or group, by name or by number.
func number(name, what string, lookup func(string) (string, error)) (int, error) {
	id, err := lookup(name)
	if err != nil {
		id = name
	}
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 {
		return 0, spec.Errorf(spec.NotFound, "there is no %s %q", what, name).WithHint("make the %s before the file", what)
	}
	return n, nil
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

func groupName(gid uint32) string {
	id := strconv.FormatUint(uint64(gid), 10)
	if g, err := user.LookupGroupId(id); err == nil {
		return g.Name
	}
	return id
}

// Self is who this process is.
func (r Real) Self() (owner, group string) {
	return userName(uint32(os.Geteuid())), groupName(uint32(os.Getegid()))
}

// modeOf gives the bits of a mode in the form of package fs.
func modeOf(bits uint32) fs.FileMode {
	m := fs.FileMode(bits & 0o777)
	for _, x := range special() {
		if bits&x.bit != 0 {
			m |= x.mode
		}
	}
	return m
}

func bitsOf(m fs.FileMode) uint32 {
	bits := uint32(m.Perm())
	for _, x := range special() {
		if m&x.mode != 0 {
			bits |= x.bit
		}
	}
	return bits
}

type specialBit struct {
	bit  uint32
	mode fs.FileMode
}

func special() []specialBit {
	return []specialBit{{unix.S_ISUID, fs.ModeSetuid}, {unix.S_ISGID, fs.ModeSetgid}, {unix.S_ISVTX, fs.ModeSticky}}
}
