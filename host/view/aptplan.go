package view

import (
	"regexp"
	"strings"

	"github.com/armonic/armonic/spec"
)

// aptStep is a line of what apt-get -s says that it would do.
type aptStep struct {
	What     string // Inst, Conf, Remv, Purg
	Name     string
	Old, New string // versions, "" where there is none
}

var aptLine = regexp.MustCompile(`^(Inst|Conf|Remv|Purg) (\S+)(?: \[([^\]\s]*)\])?(?: \(([^\s)]+))?`)

// parseApt reads what apt-get -s prints.
func parseApt(text string) []aptStep {
	var out []aptStep
	for line := range strings.Lines(text) {
		if m := aptLine.FindStringSubmatch(line); m != nil {
			out = append(out, aptStep{m[1], m[2], m[3], m[4]})
		}
	}
	return out
}

var (
	noPackage   = regexp.MustCompile(`E: Unable to locate package (\S+)`)
	noCandidate = regexp.MustCompile(`E: Package '([^']+)' has no installation candidate`)
	noVersion   = regexp.MustCompile(`E: Version '([^']+)' for '([^']+)' was not found`)
)

// aptError says why apt-get could not foresee what was asked for.
func aptError(out string) error {
	const hint = "is the name right? Else make the list of packages new (apt-get update), or add the repository that has it"
	if m := noPackage.FindStringSubmatch(out); m != nil {
		return spec.Errorf(spec.NotFound, "there is no package %s", m[1]).WithHint(hint)
	}
	if m := noCandidate.FindStringSubmatch(out); m != nil {
		return spec.Errorf(spec.NotFound, "the package %s is in no repository", m[1]).WithHint(hint)
	}
	if m := noVersion.FindStringSubmatch(out); m != nil {
		return spec.Errorf(spec.NotFound, "there is no version %s of the package %s", m[1], m[2]).
			WithHint("apt-cache policy %s lists those that there are", m[2])
	}
	return spec.Errorf(spec.Conflict, "the package manager cannot do it: %s", lastLines(out, 6))
}

// lastLines is the end of what a program printed, on one line.
func lastLines(text string, n int) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "Reading ") && !strings.HasPrefix(line, "Building ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}

// foreseen is how packages would be after steps of apt, sorted by name. A package of which
// the version changes, or was asked for, has that version as the one that is meant.
func foreseen(steps []aptStep, r Request, now dpkgPackages, keepsConfig func(name string) bool) []Named {
	asked, pinned := map[string]bool{}, map[string]bool{}
	for _, name := range r.Install {
		name, _, version := strings.Cut(name, "=")
		asked[name], pinned[name] = true, version
	}
	after := map[string]Object{}
	for name := range asked {
		if s := now[name].state(); s.Automatic {
			s.Automatic = false
			after[packageKey(name)] = s.Object()
		}
	}
	for _, s := range steps {
		key := packageKey(s.Name)
		is := now[s.Name].state()
		switch s.What {
		case "Remv":
			if keepsConfig(s.Name) {
				after[key] = PackageState{OnlyConfig: true}.Object()
				continue
			}
			after[key] = Object{}
		case "Purg":
			after[key] = Object{}
		case "Inst":
			auto := !asked[s.Name] && (is.Version == "" || is.Automatic)
			o := PackageState{Version: s.New, Automatic: auto}.Object()
			if s.Old != "" || pinned[s.Name] {
				o.Target = s.New
			}
			after[key] = o
		case "Conf":
			if _, planned := after[key]; !planned && is.Half != "" && asked[s.Name] { // others are repaired anyway
				after[key] = PackageState{Version: s.New}.Object()
			}
		}
	}
	return sorted(after)
}
