package view

import (
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Account is a user as its object has it, on one line: "uid 998, gid 998, group app,
// home /srv/app, shell /usr/sbin/nologin, groups ssl-cert www-data, comment The app".
// Numbers that the system is to give are "any uid" or "any system uid".
type Account struct {
	UID, GID string // "" for any
	System   bool   // its number is one of those for services
	Group    string // the primary one
	Home     string
	Shell    string
	Groups   []string // the others, sorted
	Comment  string

	// For making it only, and never seen again.
	CreateHome bool
	Password   string
}

// lowestOrdinary is the first number that is not for users and groups of the system.
const lowestOrdinary = 1000

// halfMade begins the content of a user that a killed program left: neither there nor not.
const halfMade = "half made: "

// HalfMade reports whether a user was left half made by a killed program. Put repairs it.
func HalfMade(o Object) bool { return o.Kind == User && strings.HasPrefix(o.Content, halfMade) }

// Object gives the account as the object of a user. What is for making it only is in its
// target, which nobody is shown.
func (a Account) Object() Object {
	parts := []string{numbered("uid", a.UID, a.System)}
	if a.GID != "" {
		parts = append(parts, "gid "+a.GID)
	}
	parts = append(parts, "group "+a.Group, "home "+a.Home, "shell "+a.Shell)
	if len(a.Groups) > 0 {
		parts = append(parts, "groups "+strings.Join(a.Groups, " "))
	}
	if a.Comment != "" {
		parts = append(parts, "comment "+a.Comment)
	}
	o := Object{Kind: User, Content: strings.Join(parts, ", ")}
	if a.CreateHome {
		o.Target = createHome
	}
	if a.Password != "" {
		o.Target += "password " + a.Password
	}
	return o
}

const createHome = "home "

// AccountOf reads the object of a user.
func AccountOf(o Object) Account {
	content, comment, _ := strings.Cut(o.Content, ", comment ")
	a := Account{Comment: comment}
	for part := range strings.SplitSeq(content, ", ") {
		what, text, _ := strings.Cut(part, " ")
		switch what {
		case "any":
			a.System = text == "system uid"
		case "uid":
			a.UID, a.System = text, isSystem(text)
		case "gid":
			a.GID = text
		case "group":
			a.Group = text
		case "home":
			a.Home = text
		case "shell":
			a.Shell = text
		case "groups":
			a.Groups = strings.Fields(text)
		}
	}
	rest, home := strings.CutPrefix(o.Target, createHome)
	a.CreateHome = home
	a.Password, _ = strings.CutPrefix(rest, "password ")
	return a
}

// homeMade is the home that is made with a user, "" if none is.
func homeMade(o Object, name string) (path string, dir Object) {
	a := AccountOf(o)
	if o.Kind != User || !a.CreateHome {
		return "", Object{}
	}
	return a.Home, Object{Kind: Directory, Mode: 0o755, Owner: name, Group: a.Group}
}

// GroupEntry is a group as its object has it: "gid 5, members a b", "any system gid".
type GroupEntry struct {
	GID     string // "" for any
	System  bool
	Members []string // sorted; nil if they do not count
}

// Object gives the group as an object.
func (g GroupEntry) Object() Object {
	content := numbered("gid", g.GID, g.System)
	switch {
	case len(g.Members) > 0:
		content += ", members " + strings.Join(g.Members, " ")
	case g.Members != nil:
		content += ", no members"
	}
	return Object{Kind: Group, Content: content}
}

// GroupOf reads the object of a group.
func GroupOf(o Object) GroupEntry {
	var g GroupEntry
	for part := range strings.SplitSeq(o.Content, ", ") {
		what, text, _ := strings.Cut(part, " ")
		switch what {
		case "any":
			g.System = text == "system gid"
		case "gid":
			g.GID, g.System = text, isSystem(text)
		case "no":
			g.Members = []string{}
		case "members":
			g.Members = strings.Fields(text)
		}
	}
	return g
}

func numbered(what, number string, system bool) string {
	switch {
	case number != "":
		return what + " " + number
	case system:
		return "any system " + what
	}
	return "any " + what
}

func isSystem(number string) bool {
	n, err := strconv.Atoi(number)
	return err == nil && n < lowestOrdinary
}

// sameUser reports whether a user is as wanted. Who may change the comment is the user.
func sameUser(want, is Object) bool {
	if HalfMade(want) || HalfMade(is) {
		return want.Content == is.Content
	}
	w, i := AccountOf(want), AccountOf(is)
	return (w.UID == "" || w.UID == i.UID) && (w.GID == "" || w.GID == i.GID) && w.Group == i.Group && w.Home == i.Home &&
		w.Shell == i.Shell && slices.Equal(w.Groups, i.Groups)
}

func sameGroup(want, is Object) bool {
	w, i := GroupOf(want), GroupOf(is)
	return (w.GID == "" || w.GID == i.GID) && (w.Members == nil || slices.Equal(w.Members, i.Members))
}

// CheckAccount refuses what is no name of a user or group.
func CheckAccount(name string) error {
	first := strings.TrimLeft(name[:min(1, len(name))], "abcdefghijklmnopqrstuvwxyz_") // what is not one of these
	if name == "" || len(name) > 32 || first != "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return spec.Errorf(spec.Invalid, "%q is no name of a user or group", name).WithHint("small letters, digits, - and _, such as www-data")
	}
	return nil
}

// Shown is an object as a host shows it: without what is for making it only.
func Shown(o Object) Object {
	switch o.Kind {
	case Nothing:
		return Object{}
	case User:
		o.Target = ""
	default:
	}
	o.Content = strings.Clone(o.Content)
	return o
}
