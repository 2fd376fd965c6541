package view

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
)

// Where dpkg and apt remember packages.
const (
	dpkgDir      = "/var/lib/dpkg"
	dpkgStatus   = dpkgDir + "/status"
	dpkgInfo     = dpkgDir + "/info"
	extendedFile = "/var/lib/apt/extended_states"
)

// readDpkg reads what is known of all packages. While dpkg runs, and after it was killed,
// its last changes are in files of their own.
func readDpkg() (dpkgPackages, error) {
	status, err := os.ReadFile(dpkgStatus)
	if err != nil {
		return nil, spec.Errorf(spec.Unavailable, "cannot read what packages there are: %v", err).WithHint("packages need a system with dpkg and apt, such as Debian")
	}
	var updates []string
	names, _ := filepath.Glob(dpkgDir + "/updates/[0-9]*")
	slices.Sort(names)
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil { // it may be gone by now
			updates = append(updates, string(b))
		}
	}
	extended, _ := os.ReadFile(extendedFile) // there is none where no package is automatic
	return parseDpkg(string(status), updates, string(extended)), nil
}

func (r Real) getPackage(name string) (Object, error) {
	all, err := readDpkg()
	return all[name].state().Object(), err
}

// Solve asks the package manager.
func (r Real) Solve(ctx context.Context, q Request) ([]Named, error) {
	now, err := readDpkg()
	if err != nil {
		return nil, err
	}
	out, err := r.solve(ctx, q, now)
	if err != nil {
		return nil, err
	}
	return out, announceData(out, now)
}

// announceData says at packages that are to be purged which data and logs they have. The
// error is about files of others that would go.
func announceData(out []Named, now dpkgPackages) error {
	var purged []string
	for _, o := range out {
		if o.Object.Kind == Nothing {
			purged = append(purged, keyName(o.Key))
		}
	}
	if len(purged) == 0 {
		return nil
	}
	l, err := findLeftovers(purged, now)
	if err != nil {
		return err
	}
	for i, o := range out {
		dirs := slices.DeleteFunc(slices.Sorted(slices.Values(l.data[keyName(o.Key)])), func(p string) bool { return !hasData(p) })
		if o.Object.Kind == Nothing && len(dirs) > 0 {
			out[i].Object.Content = WithData + " in " + strings.Join(dirs, ", ")
		}
	}
	return l.foreign(nil)
}

// solve asks apt-get with further options.
func (r Real) solve(ctx context.Context, q Request, now dpkgPackages, options ...string) ([]Named, error) {
	steps, err := r.simulate(ctx, append(options, requestArguments(q)...))
	if err != nil && spec.KindOf(err) == spec.Conflict { // what is broken already is in the way
		if mended, again := r.simulate(ctx, append(append(slices.Clone(options), "--fix-broken"), requestArguments(q)...)); again == nil {
			steps, err = mended, nil
		} else if len(options) == 0 {
			if all, again := r.solveMended(ctx, q, now); again == nil {
				return all, nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return foreseen(steps, q, now, keepsConfig(now)), nil
}

// solveMended asks what would be done once what is broken is repaired, which is done before
// anything else. What comes with that is a part of it.
func (r Real) solveMended(ctx context.Context, q Request, now dpkgPackages) ([]Named, error) {
	steps, err := r.simulate(ctx, []string{"--fix-broken", "--no-remove", "install"})
	if err != nil {
		return nil, err
	}
	var broken []string
	for name, e := range now {
		if !e.sound() {
			broken = append(broken, name)
		}
	}
	mended := foreseen(steps, Request{Install: broken}, now, keepsConfig(now))
	for i, o := range mended {
		s := PackageOf(o.Object)
		s.Automatic = now[keyName(o.Key)].Automatic || now[keyName(o.Key)].gone()
		mended[i].Object = s.Object()
	}
	rest, err := r.SolveAfter(ctx, mended, q)
	if err != nil {
		return nil, err
	}
	out := map[string]Object{}
	for _, o := range mended {
		name := keyName(o.Key)
		asked := slices.ContainsFunc(q.Install, func(n string) bool { n, _, _ = strings.Cut(n, "="); return n == name })
		if asked || now[name].gone() {
			out[o.Key] = o.Object
		}
	}
	for _, o := range rest {
		out[o.Key] = o.Object
	}
	return sorted(out), nil
}

func requestArguments(q Request) []string {
	switch {
	case len(q.Install) > 0:
		args := append([]string{"install"}, q.Install...)
		if q.Purge {
			args = append(args, "--purge")
		}
		for _, name := range q.Remove {
			args = append(args, name+"-")
		}
		return args
	case q.Purge:
		return append([]string{"purge"}, q.Remove...)
	}
	return append([]string{"remove"}, q.Remove...)
}

// simulate gives what apt-get would do.
func (r Real) simulate(ctx context.Context, args []string) ([]aptStep, error) {
	res, err := r.aptProgram(ctx, append([]string{"apt-get", "-s", "-q"}, args...))
	if err != nil {
		return nil, err
	}
	if res.Code != 0 {
		return nil, aptError(res.Stdout + res.Stderr)
	}
	return parseApt(res.Stdout), nil
}

// keepsConfig tells which packages leave something behind when they are removed, and not
// purged.
func keepsConfig(now dpkgPackages) func(name string) bool {
	return func(name string) bool {
		if now[name].Conffiles {
			return true
		}
		_, err := os.Stat(infoFile(name, now[name].Arch, "postrm"))
		return err == nil
	}
}

// infoFile is where dpkg keeps a file of a package, with the architecture in its name if
// several may be installed.
func infoFile(name, arch, ending string) string {
	name, _, _ = strings.Cut(name, ":")
	p := filepath.Join(dpkgInfo, name+":"+arch+"."+ending)
	if _, err := os.Stat(p); err == nil {
		return p
	}
	return filepath.Join(dpkgInfo, name+"."+ending)
}

// programTime is how long a program of the package manager may take. It is long, as a
// package that is half installed is worse than waiting.
const programTime = 6 * time.Hour

// aptProgram runs one of the programs of the package manager, in a way in which nothing asks.
func (r Real) aptProgram(ctx context.Context, argv []string, env ...string) (spec.CommandResult, error) {
	if r.Run == nil {
		return spec.CommandResult{}, unknownKind(Package)
	}
	all := map[string]string{
		"LC_ALL":                   "C.UTF-8",
		"LANGUAGE":                 "C",
		"DEBIAN_FRONTEND":          "noninteractive",
		"DEBIAN_PRIORITY":          "critical",
		"UCF_FORCE_CONFFOLD":       "1",
		"NEEDRESTART_SUSPEND":      "1",
		"APT_LISTCHANGES_FRONTEND": "none",
		"APT_LISTBUGS_FRONTEND":    "none",
	}
	for _, e := range env {
		name, text, _ := strings.Cut(e, "=")
		all[name] = text
	}
	return r.Run(ctx, spec.Command{Argv: argv, Env: all, Timeout: programTime})
}

// aptGet is how apt-get is run when it changes something. Configuration files that somebody
// has changed stay. What is recommended is in the plan, if it is wanted.
func aptGet(args ...string) []string {
	return append([]string{"apt-get", "-y", "-q",
		"-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold",
		"-o", "DPkg::Lock::Timeout=120", "-o", "APT::Install-Recommends=false", "-o", "APT::Get::AutomaticRemove=false"}, args...)
}

func (r Real) say(text string) {
	if r.Say != nil {
		r.Say(text)
	}
}
