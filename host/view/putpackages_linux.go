package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// packageWork is what is to be done to have packages as they are wanted.
type packageWork struct {
	install       []string // name=version
	remove, purge []string
	versions      map[string]string
	goes          map[string]string // by name: what is to go with a package, see WithData
	downgrade     bool
	notStarted    bool
	made          []Named // what goes with those that are purged, see begunRequest
}

// putPackages has the package manager make packages as they are wanted, all at once, and
// only these: what else would have to change is an error. known are objects that are about
// to be removed, so that nobody misses them. A failed request may have changed some of
// them; it can be said again. How all was before is kept until Recorded, if something came to
// be besides.
func (r Real) putPackages(ctx context.Context, objects, known []Named) (besides []Named, err error) {
	if err := r.awaitLock(ctx); err != nil {
		return nil, err
	}
	if err := removePolicy(); err != nil {
		return nil, err
	}
	if err := r.finishPurge(ctx); err != nil {
		return nil, err
	}
	if err := r.repair(ctx); err != nil {
		return nil, err
	}
	now, err := readDpkg()
	if err != nil {
		return nil, err
	}
	w, err := workFor(objects, now)
	if err != nil {
		return nil, err
	}
	if _, begun := r.begunWith(packageNames(objects)); w.nothing() && !begun {
		return nil, r.verdict(ctx, objects, "", nil)
	}
	q, begun := r.remember(objects, now, len(w.install) > 0)
	left, err := findLeftovers(packageNames(objects), now)
	if err != nil {
		return nil, err
	}
	if begun && allGo(objects) {
		w.made = left.named(r.since(q.Before)) // their scripts, which name it, go as well
	}
	last, err := r.work(ctx, w, now, known)
	if err := r.verdict(ctx, objects, last, err); err != nil {
		return nil, errors.Join(err, q.forgetUndone())
	}
	switch {
	case allGo(objects):
	case begun:
		besides = r.Unrecorded(keysOf(objects))
	case len(w.install) > 0:
		besides = r.since(q.Before)
	}
	if len(besides) == 0 {
		q.forget()
	}
	return besides, nil
}

// verdict marks packages, and says whether they are as wanted: the code with which the
// package manager ended is none.
func (r Real) verdict(ctx context.Context, objects []Named, last string, err error) error {
	if err != nil && spec.KindOf(err) != spec.Failed {
		return err
	}
	if err := r.mark(ctx, objects); err != nil {
		return err
	}
	if wrong := notAsWanted(objects); wrong != "" {
		return spec.Errorf(spec.Failed, "%s; the package manager said: %s", wrong, last).
			WithHint("see /var/log/apt/term.log; when the cause is mended, try again")
	}
	if err != nil {
		r.say("the packages are as wanted, though the package manager failed: " + last)
	}
	return nil
}

func (w packageWork) nothing() bool { return len(w.install)+len(w.remove)+len(w.purge) == 0 }

// allGo reports whether packages are to be purged, and nothing else.
func allGo(objects []Named) bool {
	return !slices.ContainsFunc(objects, func(o Named) bool { return o.Object.Kind != Nothing })
}

func packageNames(objects []Named) []string {
	var out []string
	for _, o := range objects {
		out = append(out, keyName(o.Key))
	}
	return out
}

func keysOf(objects []Named) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.Key)
	}
	return out
}

// workFor compares how packages are wanted with how they are.
func workFor(objects []Named, now dpkgPackages) (packageWork, error) {
	w := packageWork{versions: map[string]string{}, goes: map[string]string{}}
	for _, o := range objects {
		name := keyName(o.Key)
		is, want := now[name].state(), PackageOf(o.Object)
		switch {
		case o.Object.Kind == Nothing:
			if is != (PackageState{}) {
				w.purge, w.goes[name] = append(w.purge, name), o.Object.Content
			}
		case o.Object.Kind != Package:
			return w, spec.Errorf(spec.Invalid, "a %s cannot be put at %q", o.Object.Kind, o.Key)
		case want.OnlyConfig:
			if is.Version != "" || is.Half != "" {
				w.remove = append(w.remove, name)
			}
		case want.Half != "": // nobody can want that; it was repaired
		case want.Version == "":
			return w, spec.Errorf(spec.Invalid, "no version of %s is named", name)
		case is.Version == "" || o.Object.Target != "" && is.Version != want.Version:
			w.install = append(w.install, name+"="+want.Version)
			w.versions[name] = want.Version
			w.downgrade = w.downgrade || is.Version != ""
			w.notStarted = w.notStarted || want.NotStarted
		}
	}
	return w, nil
}

// work makes the requests to the package manager, and gives the end of what it printed.
func (r Real) work(ctx context.Context, w packageWork, now dpkgPackages, known []Named) (last string, err error) {
	var left leftovers
	if len(w.purge) > 0 {
		if left, err = findLeftovers(w.purge, now); err != nil {
			return "", err
		}
		if err := left.foreign(known); err != nil {
			return "", err
		}
	}
	if len(w.install) > 0 || len(w.remove) > 0 {
		if last, err = r.request(ctx, w, w.first()); err != nil {
			return last, err
		}
	}
	if len(w.purge) == 0 {
		return last, nil
	}
	return r.purge(ctx, w, left)
}

// purgeRest purges what was removed only: apt-get stops half way if a package that is no
// matter here cannot be configured.
func (r Real) purgeRest(ctx context.Context, names []string) error {
	now, err := readDpkg()
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !now[name].state().OnlyConfig })
	if len(names) == 0 {
		return nil
	}
	_, err = r.aptProgram(ctx, append([]string{"dpkg", "--purge"}, names...)) // how it ended is seen at the packages
	return err
}

// first are the arguments of the request before the one that purges.
func (w packageWork) first() []string {
	if len(w.install) == 0 {
		return append([]string{"remove"}, w.remove...)
	}
	args := slices.Clone(w.install)
	for _, name := range slices.Concat(w.remove, w.purge) {
		args = append(args, name+"-")
	}
	if len(w.remove)+len(w.purge) == 0 {
		args = append(args, "--no-remove")
	}
	if w.downgrade {
		args = append(args, "--allow-downgrades")
	}
	return append([]string{"install"}, args...)
}

// request asks the package manager first what it would do. What nobody wanted is an error.
func (r Real) request(ctx context.Context, w packageWork, args []string) (last string, err error) {
	steps, err := r.simulate(ctx, append([]string{"-o", "APT::Install-Recommends=false"}, args...))
	if err != nil {
		return "", err
	}
	if err := w.unwanted(steps); err != nil {
		return "", err
	}
	var env []string
	if w.notStarted && args[0] == "install" {
		if err := putPolicy(); err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, removePolicy()) }()
		env = []string{policyVariable + "=1"}
	}
	res, err := r.aptProgram(ctx, aptGet(args...), env...)
	if err != nil {
		return "", err
	}
	last = lastLines(res.Stdout, 4) + "; " + lastLines(res.Stderr, 4)
	if res.Code != 0 {
		return last, spec.Errorf(spec.Failed, "%s ended with code %d", strings.Join(append([]string{"apt-get"}, args[0]), " "), res.Code)
	}
	return last, nil
}

// unwanted says what the package manager would do that nobody asked for, nil if nothing.
func (w packageWork) unwanted(steps []aptStep) error {
	var removed, installed []string
	for _, s := range steps {
		switch s.What {
		case "Remv", "Purg":
			if !slices.Contains(w.remove, s.Name) && !slices.Contains(w.purge, s.Name) {
				removed = append(removed, s.Name)
			}
		case "Inst":
			if w.versions[s.Name] != s.New {
				installed = append(installed, s.Name+" "+s.New)
			}
		}
	}
	slices.Sort(removed)
	slices.Sort(installed)
	switch {
	case len(removed) > 0 && len(w.install) == 0:
		return spec.Errorf(spec.Conflict, "%s cannot be removed, as %s %s it by now", strings.Join(slices.Concat(w.remove, w.purge), ", "),
			strings.Join(removed, ", "), plural(len(removed), "needs", "need")).WithHint("remove what needs it first, if it may go")
	case len(removed) > 0:
		return spec.Errorf(spec.Conflict, "the package manager would remove %s as well, which was not foreseen", strings.Join(removed, ", ")).
			WithHint("look at the packages of this host, then plan again")
	case len(installed) > 0:
		return spec.Errorf(spec.Conflict, "the package manager would install %s as well, which was not foreseen", strings.Join(installed, ", ")).
			WithHint("its lists have changed since: plan again")
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// mark makes packages automatic or manual: by being asked for with its version each became
// manual.
func (r Real) mark(ctx context.Context, objects []Named) error {
	now, err := readDpkg()
	if err != nil {
		return err
	}
	marks := map[string][]string{}
	for _, o := range objects {
		is, want := now[keyName(o.Key)].state(), PackageOf(o.Object)
		if want.Version == "" || is.Version == "" || is.Automatic == want.Automatic {
			continue
		}
		what := "manual"
		if want.Automatic {
			what = "auto"
		}
		marks[what] = append(marks[what], keyName(o.Key))
	}
	for what, names := range marks {
		res, err := r.aptProgram(ctx, append([]string{"apt-mark", what}, names...))
		if err != nil {
			return err
		}
		if res.Code != 0 {
			return spec.Errorf(spec.Failed, "apt-mark %s ended with code %d: %s", what, res.Code, lastLines(res.Stdout+res.Stderr, 3))
		}
	}
	return nil
}

// notAsWanted says which packages are not as wanted, "" if all are.
func notAsWanted(objects []Named) string {
	now, err := readDpkg()
	if err != nil {
		return err.Error()
	}
	var wrong []string
	for _, o := range objects {
		name := keyName(o.Key)
		is, want := now[name].state(), PackageOf(o.Object)
		switch {
		case want.Half != "",
			want.OnlyConfig && is == PackageState{}, // it had none
			Same(o.Object, is.Object()) && (want.Version == "" || is.Automatic == want.Automatic):
		case is == PackageState{}:
			wrong = append(wrong, name+" is not installed")
		default:
			wrong = append(wrong, fmt.Sprintf("%s is %s", name, is.Object().Content))
		}
	}
	return strings.Join(wrong, ", ")
}
