package view

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// observation is what there is that scripts of packages may make, and the package manager
// would not remove: users, groups, and paths where no data is. Data is what clean treats.
type observation struct {
	Users, Groups, Paths map[string]bool
}

// observedDirs are those below which scripts make files that are no data.
func observedDirs() []string { return []string{"/etc", "/usr/local", "/opt", "/srv", "/var/www"} }

// databases are files that change with packages and users, and go back by themselves or
// are backups of one generation.
var databases = regexp.MustCompile(`^/etc/(passwd|group|shadow|gshadow|subuid|subgid)-$|^/etc/(\.pwd\.lock|ld\.so\.cache|.*\.lock)$|` +
	`^/etc/rc[0-6S]\.d/|^/etc/systemd/(system|user)/|^/etc/alternatives/|/\.armonic-`)

func observe() observation {
	o := observation{Users: accounts("/etc/passwd"), Groups: accounts("/etc/group"), Paths: map[string]bool{}}
	for _, dir := range observedDirs() {
		_ = filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
			if err == nil && !databases.MatchString(p) {
				o.Paths[p] = true
			}
			return nil // what cannot be read is not ours
		})
	}
	return o
}

// accounts are the names in a file of users or groups.
func accounts(file string) map[string]bool {
	out := map[string]bool{}
	b, _ := os.ReadFile(file)
	for line := range strings.Lines(string(b)) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			out[name] = true
		}
	}
	return out
}

// since gives what has come to be since, and belongs to no package: groups, users, then
// paths, of which a directory comes before what is in it. Undone in reverse order, each can
// go.
func (r Real) since(before observation) []Named {
	now := observe()
	var out []Named
	add := func(kind Kind, names map[string]bool, old map[string]bool) {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if old[name] {
				continue
			}
			key := string(kind) + " " + name
			o, err := r.Get(key)
			if err != nil || o.Kind == Nothing {
				o = Object{Kind: kind}
			}
			out = append(out, Named{key, o})
		}
	}
	add(Group, now.Groups, before.Groups)
	add(User, now.Users, before.Users)
	owned := ownedPaths(observedDirs())
	for _, p := range slices.Sorted(maps.Keys(now.Paths)) {
		if before.Paths[p] || owned[p] {
			continue
		}
		if o, err := r.getPath(p); err == nil && o.Kind != Nothing && o.Kind != Other {
			out = append(out, Named{p, o})
		}
	}
	return out
}

// ownedPaths are the paths of all packages that are one of some directories, or below it.
func ownedPaths(dirs []string) map[string]bool {
	out := map[string]bool{}
	lists, _ := filepath.Glob(dpkgInfo + "/*.list")
	for _, list := range lists {
		for p := range listed(list) {
			if belowAny(p, dirs) {
				out[p] = true
			}
		}
	}
	for _, p := range ucfFiles() {
		out[p] = true
	}
	return out
}

// listed gives the paths in one of dpkg's lists.
func listed(list string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		b, _ := os.ReadFile(list)
		for line := range strings.Lines(string(b)) {
			if p := strings.TrimSuffix(line, "\n"); len(p) > 1 && !yield(p) {
				return
			}
		}
	}
}

// ucfFiles are those that packages have through ucf: it knows the package of each.
func ucfFiles() []string {
	var out []string
	b, _ := os.ReadFile("/var/lib/ucf/registry")
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 2 {
			out = append(out, f[1])
		}
	}
	return out
}

// belowAny reports whether a path is one of some directories, or below it.
func belowAny(p string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return p == d || strings.HasPrefix(p, d+"/") })
}

// directoriesOf are the directories of packages, a directory after those in it.
func directoriesOf(packages []string) []string {
	now, err := readDpkg()
	if err != nil {
		return nil
	}
	var out []string
	for _, name := range packages {
		for p := range listed(infoFile(name, now[name].Arch, "list")) {
			if belowAny(p, observedDirs()) && isDirectory(p) {
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out
}

// removeEmpty removes those of some directories that no package has any more and that have
// nothing in them.
func removeEmpty(dirs []string) {
	if len(dirs) == 0 {
		return
	}
	owned := ownedPaths(observedDirs())
	for _, dir := range dirs {
		if !owned[dir] {
			_ = os.Remove(dir) // it fails if something is in it
		}
	}
}
