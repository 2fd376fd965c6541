package view

import (
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"sync"
	"time"

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

// ownerNames are those of numbers, as long as a file that has them stays what it is, and not
// longer than namesTime: there may be other sources.
type ownerNames struct {
	file   string
	lookup func(id string) (string, error)

	mu     sync.Mutex
	as     unix.Stat_t // what the file was
	looked time.Time   // at it
	until  time.Time   // when names are forgotten
	known  map[uint32]string
}

const (
	namesTime = time.Second
	believed  = 20 * time.Millisecond // how long a look at the file is believed
)

//nolint:gochecknoglobals // they are of the process: many views are made of one host
var (
	userNames  = &ownerNames{file: "/etc/passwd", lookup: func(id string) (string, error) { u, err := user.LookupId(id); return nameOf(u, err) }}
	groupNames = &ownerNames{file: "/etc/group", lookup: func(id string) (string, error) {
		g, err := user.LookupGroupId(id)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	}}
)

// forgetNames is called when users or groups are changed.
func forgetNames() {
	for _, n := range []*ownerNames{userNames, groupNames} {
		n.mu.Lock()
		n.until, n.looked = time.Time{}, time.Time{}
		n.mu.Unlock()
	}
}

func nameOf(u *user.User, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return u.Username, nil
}

// of is the name of a number; the number, if it has none.
func (n *ownerNames) of(number uint32) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now := time.Now(); now.Sub(n.looked) > believed {
		var is unix.Stat_t
		err := unix.Stat(n.file, &is)
		same := is.Ino == n.as.Ino && is.Dev == n.as.Dev && is.Size == n.as.Size && is.Mtim == n.as.Mtim && is.Ctim == n.as.Ctim
		if err != nil || !same || now.After(n.until) {
			n.until, n.known = now.Add(namesTime), map[uint32]string{}
		}
		n.as, n.looked = is, now
	}
	name, known := n.known[number]
	if !known {
		id := strconv.FormatUint(uint64(number), 10)
		var err error
		if name, err = n.lookup(id); err != nil {
			name = id
		}
		n.known[number] = name
	}
	return name
}

func userName(uid uint32) string { return userNames.of(uid) }

func groupName(gid uint32) string { return groupNames.of(gid) }

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
