package op

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// packagesOperation wants packages to be installed, or not.
type packagesOperation struct {
	names    []string
	versions map[string]string // of those of which one is meant
	present  bool
	purge    bool
	start    bool
	data     string
}

// What becomes of data when its package is purged.
const (
	keepData   = "keep"
	removeData = "remove"
)

func packages() Definition {
	return Definition{
		Name: "packages", Required: 1,
		Doc: "Packages of the system, with all that they need, in one request to its package manager. Exactly those that were foreseen are installed.",
		Params: []Param{
			{Name: "names", Type: Texts, Doc: "The packages; \"name=version\" for one in a version."},
			{Name: "version", Doc: "The version, if there is one name: as apt-cache policy has it. If none is given, any will do, and the newest is installed."},
			{Name: "present", Type: Flag, Default: True, Doc: "Whether they are installed; False removes them. What else needs them is never removed: that is an error."},
			{Name: "purge", Type: Flag, Default: False, Doc: "Whether those that are removed go with their configuration."},
			{Name: "start", Type: Flag, Default: True, Doc: "Whether services that are new start at once, with the configuration that their packages bring."},
			{Name: "data", Default: keepData, Doc: "What becomes of data and logs when packages are purged, also when the installation is undone: \"keep\" or \"remove\"."},
		},
		New: newPackages,
	}
}

var (
	packageName    = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$`)
	packageVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+:~-]*$`)
)

func newPackages(a Arguments) (Operation, error) {
	o := packagesOperation{versions: map[string]string{}, data: a["data"]}
	o.present, _ = a.flag("present")
	o.purge, _ = a.flag("purge")
	o.start, _ = a.flag("start")
	for _, text := range a.list("names") {
		name, version, pinned := strings.Cut(text, "=")
		if !packageName.MatchString(name) {
			return nil, spec.Errorf(spec.Invalid, "%q is no name of a package", name)
		}
		if slices.Contains(o.names, name) {
			continue
		}
		o.names = append(o.names, name)
		if pinned {
			o.versions[name] = version
		}
	}
	if version := a["version"]; version != "" {
		if len(o.names) != 1 {
			return nil, spec.Errorf(spec.Invalid, "version is for one package").WithHint("write names = [\"a=1.0-1\", \"b=2.0-1\"]")
		}
		o.versions[o.names[0]] = version
	}
	for name, version := range o.versions {
		if !packageVersion.MatchString(version) {
			return nil, spec.Errorf(spec.Invalid, "%q is no version of %s", version, name).WithHint("apt-cache policy %s lists those that there are", name)
		}
	}
	switch {
	case len(o.names) == 0:
		return nil, spec.Errorf(spec.Invalid, "no package is named")
	case o.data != keepData && o.data != removeData:
		return nil, spec.Errorf(spec.Invalid, "data is %q", o.data).WithHint("write \"keep\" or \"remove\"")
	case o.purge && o.present:
		return nil, spec.Errorf(spec.Invalid, "purge is for packages that are not to be present").WithHint("say present = False")
	case !o.present && len(o.versions) > 0:
		return nil, spec.Errorf(spec.Invalid, "a package that is not to be present has no version")
	}
	slices.Sort(o.names)
	return o, nil
}

// Plan says what would change.
func (o packagesOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	if done, err := o.done(v); done || err != nil {
		return nil, err
	}
	r := view.Request{Purge: o.purge}
	for _, name := range o.names {
		switch version := o.versions[name]; {
		case !o.present:
			r.Remove = append(r.Remove, name)
		case version != "":
			name += "=" + version
			fallthrough
		default:
			r.Install = append(r.Install, name)
		}
	}
	solution, err := v.Solve(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, s := range solution {
		before, err := v.Get(s.Key)
		if err != nil {
			return nil, err
		}
		out = append(out, o.change(ctx, v, s, before))
	}
	return out, o.refuse(out)
}

// done reports whether all packages are as wanted already: then nobody needs to be asked.
func (o packagesOperation) done(v view.View) (bool, error) {
	for _, name := range o.names {
		is, err := v.Get(string(view.Package) + " " + name)
		if err != nil {
			return false, err
		}
		s := view.PackageOf(is)
		version := o.versions[name]
		switch {
		case o.present && (s.Version == "" || s.Automatic || version != "" && s.Version != version),
			!o.present && (s.Version != "" || s.Half != "" || o.purge && s.OnlyConfig):
			return false, nil
		}
	}
	return true, nil
}

// change is what becomes of one package. How its data is to be treated stands with the
// nothing that is before it is installed, or after it is purged.
func (o packagesOperation) change(ctx context.Context, v view.View, s view.Named, before view.Object) Change {
	c := Change{Key: s.Key, Before: before, After: s.Object}
	was, will := view.PackageOf(before), view.PackageOf(s.Object)
	name := strings.TrimPrefix(s.Key, string(view.Package)+" ")
	switch {
	case c.After.Kind == view.Nothing && o.data == keepData:
		c.After = view.Object{}
	case before.Kind == view.Nothing && o.data == removeData:
		c.Before.Content = view.WithData
	}
	if was.Version == "" && will.Version != "" && !o.start {
		will.NotStarted = true
		c.After.Content = will.Object().Content
	}
	switch {
	case was.Half != "":
		c.Forever = "it was half installed"
	case was.OnlyConfig && c.After.Kind == view.Nothing:
		c.Forever = "its configuration is gone then"
	case was.Version == "" || was.Version == will.Version:
	case !view.Available(ctx, v, name, was.Version):
		c.Forever = "version " + was.Version + " can not be had any more"
	case c.After.Kind == view.Nothing:
		c.Forever = "its configuration is gone then"
	}
	if was.Version != "" && will.Version != "" && was.Version != will.Version {
		c.Before.Target = was.Version // so that this one is put back
	}
	return c
}

// refuse is an error if packages would be removed that nobody named.
func (o packagesOperation) refuse(changes []Change) error {
	var gone []string
	for _, c := range changes {
		name := strings.TrimPrefix(c.Key, string(view.Package)+" ")
		if view.PackageOf(c.After).Version == "" && !(slices.Contains(o.names, name) && !o.present) {
			gone = append(gone, name)
		}
	}
	switch {
	case len(gone) == 0:
		return nil
	case o.present:
		return spec.Errorf(spec.Conflict, "to install %s, %s would have to go", strings.Join(o.names, ", "), strings.Join(gone, ", ")).
			WithHint("remove it first with ctx.host.packages(…, present = False), if it may go")
	}
	return spec.Errorf(spec.Conflict, "%s would have to go with %s", strings.Join(gone, ", "), strings.Join(o.names, ", ")).
		WithHint("name it as well, if it may go")
}
