package view

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// dpkgEntry is what dpkg has recorded of a package.
type dpkgEntry struct {
	Want, Flag, Status string // as in "Status: install ok installed"
	Version, Arch      string
	Conffiles          bool // it has some
	Automatic          bool // of apt
	stanza             string
}

// dpkgPackages are all of them, by the names that apt prints: a package of a foreign
// architecture is "name:arch".
type dpkgPackages map[string]dpkgEntry

// parseDpkg reads dpkg's status, changes to it that came later, and what apt has recorded
// of marks.
func parseDpkg(status string, updates []string, extended string) dpkgPackages {
	all := map[[2]string]dpkgEntry{} // by name and architecture
	native := ""
	for _, text := range append([]string{status}, updates...) {
		for s := range stanzas(text) {
			e := dpkgEntry{stanza: s}
			name := ""
			for field, text := range fields(s) {
				switch field {
				case "Package":
					name = text
				case "Status":
					words := append(strings.Fields(text), "", "", "")
					e.Want, e.Flag, e.Status = words[0], words[1], words[2]
				case "Version":
					e.Version = text
				case "Architecture":
					e.Arch = text
				case "Conffiles":
					e.Conffiles = true
				}
			}
			all[[2]string{name, e.Arch}] = e
			if name == "dpkg" {
				native = e.Arch
			}
		}
	}
	auto := map[[2]string]bool{}
	for s := range stanzas(extended) {
		var key [2]string
		is := false
		for field, text := range fields(s) {
			switch field {
			case "Package":
				key[0] = text
			case "Architecture":
				key[1] = text
			case "Auto-Installed":
				is = text == "1"
			}
		}
		auto[key] = is
	}
	out := dpkgPackages{}
	for key, e := range all {
		name := key[0]
		e.Automatic = auto[key] || e.Arch == "all" && auto[[2]string{name, native}]
		if e.Arch != native && e.Arch != "all" && e.Arch != "" {
			name += ":" + e.Arch
		} else if old, ok := out[name]; ok && !old.gone() {
			continue // it was of another architecture before
		}
		out[name] = e
	}
	return out
}

// stanzas gives the paragraphs of a file.
func stanzas(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for s := range strings.SplitSeq(text, "\n\n") {
			if s = strings.Trim(s, "\n"); s != "" && !yield(s) {
				return
			}
		}
	}
}

// fields gives the fields of a paragraph, of each its first line.
func fields(stanza string) func(yield func(name, text string) bool) {
	return func(yield func(name, text string) bool) {
		for line := range strings.SplitSeq(stanza, "\n") {
			if line == "" || line[0] == ' ' || line[0] == '\t' {
				continue
			}
			name, text, _ := strings.Cut(line, ":")
			if !yield(name, strings.TrimSpace(text)) {
				return
			}
		}
	}
}

func (e dpkgEntry) gone() bool { return e.Status == "" || e.Status == "not-installed" }

// sound reports whether nothing is left to do for it.
func (e dpkgEntry) sound() bool {
	return e.gone() || (e.Status == "installed" || e.Status == "config-files") && e.Flag == "ok"
}

// state is what is known of it.
func (e dpkgEntry) state() PackageState {
	switch {
	case !e.sound():
		s := PackageState{Half: cmp.Or(e.Status, "unknown")}
		if e.Flag != "ok" {
			s.Half += ", " + e.Flag
		}
		return s
	case e.gone():
		return PackageState{}
	case e.Status == "config-files":
		return PackageState{OnlyConfig: true}
	}
	return PackageState{Version: e.Version, Automatic: e.Automatic}
}

// files are the packages as dpkg and apt keep them.
func (d dpkgPackages) files() (status, extended string) {
	var st, ex strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d)) {
		e := d[name]
		for line := range strings.SplitSeq(e.stanza, "\n") {
			if strings.HasPrefix(line, "Status:") {
				continue
			}
			st.WriteString(line + "\n")
			if strings.HasPrefix(line, "Package:") {
				st.WriteString("Status: " + e.Want + " " + e.Flag + " " + e.Status + "\n")
			}
		}
		st.WriteString("\n")
		if name, _, _ := strings.Cut(name, ":"); e.Automatic {
			ex.WriteString("Package: " + name + "\nArchitecture: " + e.Arch + "\nAuto-Installed: 1\n\n")
		}
	}
	return st.String(), ex.String()
}
