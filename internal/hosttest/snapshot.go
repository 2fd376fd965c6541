package hosttest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// Kind is what a fact is about.
type Kind string

// The kinds.
const (
	File     Kind = "file"      // below one of Folders: its type, mode, owner, content, target, attributes
	Package  Kind = "package"   // its version and dpkg's status
	Mark     Kind = "mark"      // of a package: manual or auto, hold
	UnitFile Kind = "unit file" // its state and preset
	Unit     Kind = "unit"      // whether it is loaded and active
	Missing  Kind = "missing"   // a unit that has no file and is not active
	Timer    Kind = "timer"     // what it starts
	User     Kind = "user"      // its line of passwd
	Group    Kind = "group"     // its line of group
	Socket   Kind = "socket"    // who listens there
	Firewall Kind = "firewall"  // the rules of nftables
)

// Fact names something that is so on a host.
type Fact struct {
	Kind Kind
	Name string
}

// Snapshot is the state of a host: everything that has to be as before once a change was
// undone.
type Snapshot map[Fact]string

// Folders are where a snapshot looks for files.
func Folders() []string {
	return []string{"/boot", "/etc", "/home", "/opt", "/root", "/srv", "/usr", "/var"}
}

// Snapshot takes down the state of the host, but for what Exclusions name.
func (h *Host) Snapshot(t testing.TB) Snapshot {
	t.Helper()
	s := Snapshot{}
	root, err := h.root()
	if err != nil {
		t.Fatal(err)
	}
	list := Exclusions()
	for _, folder := range Folders() {
		if err := s.tree(root, folder, list); err != nil {
			t.Fatalf("%s: %v", h.Name, err)
		}
	}
	told := Snapshot{}
	sh := func(script string) string { return h.Run(t, "sh", "-e", "-c", script) }
	err = told.commands(sh)
	if err == nil {
		err = told.unitFiles(s, root, sh)
	}
	if err != nil {
		t.Fatalf("%s: %v", h.Name, err)
	}
	maps.DeleteFunc(told, func(f Fact, _ string) bool { return excluded(list, f) })
	maps.Copy(s, told)
	return s
}

// Diff says what is otherwise in a later snapshot, a line for each fact, in order.
func (s Snapshot) Diff(o Snapshot) []string {
	var lines []string
	for f, was := range s {
		switch is, ok := o[f]; {
		case !ok:
			lines = append(lines, fmt.Sprintf("%s %s: gone, was %s", f.Kind, f.Name, was))
		case is != was:
			lines = append(lines, fmt.Sprintf("%s %s: was %s, is %s", f.Kind, f.Name, was, is))
		}
	}
	for f, is := range o {
		if _, ok := s[f]; !ok {
			lines = append(lines, fmt.Sprintf("%s %s: new, %s", f.Kind, f.Name, is))
		}
	}
	slices.Sort(lines)
	return lines
}
