package view

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// record is a line of a file such as /etc/passwd, in fields.
type record []string

func (r record) field(n int) string {
	if n < len(r) {
		return r[n]
	}
	return ""
}

// members are the users of a line of /etc/group.
func (r record) members() []string {
	if r.field(3) == "" {
		return []string{}
	}
	return slices.Sorted(strings.SplitSeq(r[3], ","))
}

// records reads a file such as /etc/passwd. One that does not exist has none.
func records(path string) ([]record, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot read %s: %v", path, err)
	}
	var out []record
	for line := range strings.Lines(string(b)) {
		if r := record(strings.Split(strings.TrimRight(line, "\r\n"), ":")); r[0] != "" {
			out = append(out, r)
		}
	}
	return out, nil
}

// find is the record in which a field is a text, nil if there is none.
func find(all []record, field int, text string) record {
	i := slices.IndexFunc(all, func(r record) bool { return r.field(field) == text })
	if i < 0 {
		return nil
	}
	return all[i]
}

// beingMade is the comment of a user that is not all there yet. Whatever kills the making
// of it leaves this.
const beingMade = "armonic is making it"

// getUser gives how a user is, nothing if there is none.
func getUser(name string) (Object, error) {
	if err := CheckAccount(name); err != nil {
		return Object{}, err
	}
	var files [3][]record
	for i, path := range []string{"/etc/passwd", "/etc/shadow", "/etc/group"} {
		var err error
		if files[i], err = records(path); err != nil {
			return Object{}, err
		}
	}
	user, shadow, groups := find(files[0], 0, name), find(files[1], 0, name), files[2]
	if user == nil {
		if where := mentions(name); shadow != nil || where != "" && anyKilled() {
			return Object{Kind: User, Content: halfMade + "it is not in /etc/passwd, and still in " + cmp.Or(where, "/etc/shadow")}, nil
		}
		return Object{}, nil
	}
	primary := find(groups, 2, user.field(3))
	switch comment := user.field(4); {
	case strings.HasPrefix(comment, beingMade):
		return Object{Kind: User, Content: halfMade + "it was not made to the end"}, nil
	case files[1] != nil && shadow == nil && killed("shadow"):
		return Object{Kind: User, Content: halfMade + "it is in /etc/passwd, and not in /etc/shadow"}, nil
	case primary == nil && killed("group"):
		return Object{Kind: User, Content: halfMade + "its group does not exist"}, nil
	}
	a := Account{UID: user.field(2), GID: user.field(3), Group: user.field(3), Comment: user.field(4), Home: user.field(5), Shell: user.field(6)}
	if primary != nil {
		a.Group = primary[0]
	}
	for _, g := range groups {
		if slices.Contains(g.members(), name) && !slices.Contains(a.Groups, g[0]) {
			a.Groups = append(a.Groups, g[0])
		}
	}
	slices.Sort(a.Groups)
	return a.Object(), nil
}

// mentions is the file in which a user is that is not in /etc/passwd, "" if there is none.
// A group of that name is none: it may be there without a user.
func mentions(name string) string {
	for _, file := range userFiles() {
		all, _ := records("/etc/" + file)
		for _, r := range all {
			group := strings.HasSuffix(file, "group") || file == "gshadow"
			if !group && r[0] == name || group && slices.Contains(r.members(), name) {
				return "/etc/" + file
			}
		}
	}
	return ""
}

// getGroup gives how a group is, nothing if there is none.
func getGroup(name string) (Object, error) {
	if err := CheckAccount(name); err != nil {
		return Object{}, err
	}
	groups, err := records("/etc/group")
	if err != nil {
		return Object{}, err
	}
	g := find(groups, 0, name)
	if g == nil {
		return Object{}, nil
	}
	return GroupEntry{GID: g.field(2), Members: g.members()}.Object(), nil
}
