package view

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// leftovers is what packages that are to be purged have beside what the package manager
// knows of. It is found before: their scripts name it, and go with them.
type leftovers struct {
	packages []string
	config   []string            // directories that a script may remove whole
	data     map[string][]string // by package: directories and files where it keeps data and logs
	erased   map[string]bool     // those of them that a script may remove itself
	paths    map[string]bool     // all that scripts name
	owned    map[string]bool     // paths of packages that stay
	theirs   map[string]bool     // paths of the packages that go
	units    []string            // that they have
	text     string              // of all their scripts
}

var (
	pathInScript = regexp.MustCompile(`/(?:etc|var|usr/local|opt|srv)(?:/[A-Za-z0-9._+@-]+)+`)
	removesTrees = regexp.MustCompile(`\brm\s+(-\w+\s+)*-\w*[rR]|--recursive`)
	unitPath     = regexp.MustCompile(`^(?:/usr)?/lib/systemd/system/([^/]+\.(?:service|socket|timer|mount|path))$`)
)

// dataDirs are those in which programs keep data and logs.
func dataDirs() []string {
	return []string{"/var/lib", "/var/log", "/var/cache", "/var/spool", "/var/backups"}
}

// systemDirs are below those, and not of a package alone.
func systemDirs() []string {
	return []string{dpkgDir, "/var/lib/ucf", "/var/lib/systemd", "/var/lib/apt", "/var/lib/misc", "/var/cache/apt", "/var/cache/debconf", "/var/cache/man", "/var/log/journal", "/var/log/apt"}
}

func findLeftovers(packages []string, now dpkgPackages) (leftovers, error) {
	l := leftovers{packages: packages, data: map[string][]string{}, erased: map[string]bool{},
		paths: map[string]bool{}, owned: map[string]bool{}, theirs: map[string]bool{}}
	going := map[string]string{} // by list
	for _, name := range packages {
		going[infoFile(name, now[name].Arch, "list")] = name
	}
	lists, err := filepath.Glob(dpkgInfo + "/*.list")
	if err != nil {
		return l, err
	}
	area := append(observedDirs(), dataDirs()...)
	for _, list := range lists {
		_, goes := going[list]
		for p := range listed(list) {
			if unit := unitPath.FindStringSubmatch(p); goes && unit != nil {
				l.units = append(l.units, unit[1])
				b, _ := os.ReadFile(p)
				l.text += string(b) // a service may run what scripts do
			}
			switch {
			case !belowAny(p, area):
			case goes:
				l.theirs[p] = true
			default:
				l.owned[p] = true
			}
		}
	}
	for _, p := range ucfFiles() {
		l.theirs[p] = true // a purge removes what it registered, and nothing else
	}
	for list, name := range going {
		l.add(name, strings.TrimSuffix(list, ".list"))
		for p := range listed(list) {
			l.addData(name, p)
		}
	}
	l.leaveShared(going)
	return l, nil
}

// leaveShared takes out what scripts of packages that stay name as well.
func (l *leftovers) leaveShared(going map[string]string) {
	scripts, _ := filepath.Glob(dpkgInfo + "/*.post*")
	for _, script := range scripts {
		if going[strings.TrimSuffix(script, filepath.Ext(script))+".list"] != "" {
			continue
		}
		b, _ := os.ReadFile(script)
		text := string(b)
		for name, dirs := range l.data {
			l.data[name] = slices.DeleteFunc(dirs, func(p string) bool { return !l.theirs[p] && strings.Contains(text, p) })
		}
	}
}

// add reads the scripts of a package.
func (l *leftovers) add(name, base string) {
	for _, ending := range []string{".preinst", ".postinst", ".prerm", ".postrm", ".config"} {
		b, err := os.ReadFile(base + ending)
		if err != nil {
			continue
		}
		l.text += string(b)
		wipes := ending == ".postrm" && removesTrees.Match(b)
		for _, p := range pathInScript.FindAllString(string(b), -1) {
			p = path.Clean(p)
			l.paths[p] = true
			if wipes {
				l.erased[p] = true
				if belowAny(p, observedDirs()) && !l.owned[p] && isDirectory(p) {
					l.config = append(l.config, p)
				}
			}
			l.addData(name, p)
		}
	}
}

// addData takes a path of a package, if it is one where it alone keeps data.
func (l *leftovers) addData(name, p string) {
	if !belowAny(p, dataDirs()) || belowAny(p, systemDirs()) || slices.Contains(dataDirs(), p) || l.owned[p] || belowAny(p, l.data[name]) {
		return
	}
	l.data[name] = append(slices.DeleteFunc(l.data[name], func(d string) bool { return belowAny(d, []string{p}) }), p)
}

// foreign is an error if a script may remove a file of a directory for configuration that
// is no package's, and not known to be made by one.
func (l *leftovers) foreign(known []Named) error {
	mine := map[string]bool{}
	for _, o := range known {
		mine[o.Key] = true
	}
	var found []string
	for _, dir := range l.config {
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !mine[p] && !l.ofPackage(p, d) {
				found = append(found, p)
			}
			return nil
		})
	}
	slices.Sort(found)
	if found = slices.Compact(found); len(found) == 0 {
		return nil
	}
	return spec.Errorf(spec.Conflict, "purging %s may remove %s, which no package has brought", strings.Join(l.packages, ", "), some(found)).
		WithHint("move it away first, or remove it with ctx.host.absent")
}

// some names the first ones of several.
func some(names []string) string {
	if len(names) <= 4 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:3], ", ") + " and more"
}

// ofPackage reports whether a file is a package's: in its list, made by name in a script, a
// copy that dpkg or ucf keeps, or a link to a file of the package.
func (l *leftovers) ofPackage(p string, d fs.DirEntry) bool {
	if d.Type()&fs.ModeSymlink != 0 {
		if target, err := filepath.EvalSymlinks(p); err == nil && (l.theirs[target] || l.owned[target] || !belowAny(target, append(observedDirs(), dataDirs()...))) {
			return true
		}
	}
	for _, ending := range []string{"", ".dpkg-dist", ".dpkg-new", ".dpkg-old", ".dpkg-bak", ".dpkg-tmp", ".ucf-dist", ".ucf-new", ".ucf-old"} {
		if bare, ok := strings.CutSuffix(p, ending); ok && (l.theirs[bare] || l.owned[bare] || l.paths[bare]) {
			return true
		}
	}
	return false
}

func isDirectory(p string) bool {
	info, err := os.Lstat(p)
	return err == nil && info.IsDir()
}
