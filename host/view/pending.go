package view

import (
	"context"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/armonic/armonic/spec"
)

// packageSource is a host that knows what packages are made of.
type packageSource interface {
	// Contents gives what is in packages ("name=version"), by path. Of the kind Other is what
	// is too large to be read.
	Contents(ctx context.Context, packages []string) (map[string]Object, error)
	// SolveAfter is Solve on the host on which other packages are as they are going to be.
	SolveAfter(ctx context.Context, pending []Named, r Request) ([]Named, error)
}

// UnknownError says that it is not known what would be somewhere: a package that is not
// installed yet may bring it.
type UnknownError struct{ Why string }

func (e *UnknownError) Error() string { return e.Why }

// fetchTime is how long packages are fetched to look into them.
const fetchTime = 2 * time.Minute

// pendingContents is what packages have that are not installed yet.
type pendingContents struct {
	packages []string // of which it is, "name=version"
	objects  map[string]Object
	err      error
}

// pending are the packages that would be installed, "name=version", sorted.
func (v *Overlay) pending() []string {
	var out []string
	for key, o := range v.changed {
		if want := PackageOf(o); spec.KindOfKey(key) == Package && want.Version != "" {
			if is, err := v.below.Get(key); err != nil || PackageOf(is).Version != want.Version {
				out = append(out, keyName(key)+"="+want.Version)
			}
		}
	}
	slices.Sort(out)
	return out
}

// contents gives what pending packages have in them. It is fetched when it is asked for.
func (v *Overlay) contents() (map[string]Object, error) {
	source, ok := v.source()
	if !ok || !v.hasPackages {
		return nil, nil // a simulated package has nothing in it
	}
	want := v.pending()
	if len(want) == 0 {
		return nil, nil
	}
	if !slices.Equal(want, v.looked.packages) {
		v.look(source, want)
	}
	if v.looked.err != nil {
		return nil, &UnknownError{"what is in the packages that would be installed is not known: " + v.looked.err.Error()}
	}
	return v.looked.objects, nil
}

// look looks into packages: only into those that are new, if none is gone since the last time.
func (v *Overlay) look(source packageSource, want []string) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	had := v.looked
	gone := func(p string) bool { return !slices.Contains(want, p) }
	if had.err != nil || slices.ContainsFunc(had.packages, gone) {
		had = pendingContents{}
	}
	fresh := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return slices.Contains(had.packages, p) })
	objects, err := source.Contents(ctx, fresh)
	if had.objects != nil && err == nil {
		maps.Copy(had.objects, objects)
		objects = had.objects
	}
	v.looked = pendingContents{want, objects, err}
}

// source is what knows packages below this overlay.
func (v *Overlay) source() (packageSource, bool) {
	if below, ok := v.below.(*Overlay); ok {
		return below.source()
	}
	s, ok := v.below.(packageSource)
	return s, ok
}

// brought gives what a pending package has at a path.
func (v *Overlay) brought(p string) (Object, error) {
	objects, err := v.contents()
	if err != nil {
		return Object{}, err
	}
	o := objects[p]
	if o.Kind == Other {
		return Object{}, &UnknownError{p + " is too large to be looked at before its package is installed"}
	}
	return o, nil
}

// broughtNames are the names that pending packages have in a directory.
func (v *Overlay) broughtNames(dir string) ([]string, error) {
	objects, err := v.contents()
	var out []string
	for p := range objects {
		if path.Dir(p) == dir {
			out = append(out, path.Base(p))
		}
	}
	return out, err
}

// pendingUnit reports whether a pending package has the unit of a service.
func (v *Overlay) pendingUnit(name string) bool {
	objects, err := v.contents()
	if err != nil {
		return false
	}
	for _, dir := range []string{"/lib/systemd/system/", "/usr/lib/systemd/system/"} {
		if _, ok := objects[dir+UnitName(name)]; ok {
			return true
		}
	}
	return false
}

// pendingService is how a service of a pending package will be.
func (v *Overlay) pendingService() Object {
	for _, o := range v.changed {
		if PackageOf(o).NotStarted {
			return Object{Kind: Service, Content: "enabled, stopped"}
		}
	}
	return Object{Kind: Service, Content: "enabled, running"}
}

// Solve says what would be done once the packages are there that were put.
func (v *Overlay) Solve(ctx context.Context, r Request) ([]Named, error) {
	out, err := v.solve(ctx, r)
	if name := v.sourcePut(); name != "" && (spec.KindOf(err) == spec.NotFound || spec.KindOf(err) == spec.Conflict) {
		return nil, &UnknownError{"what would be installed is known when the repository " + name + " was added"}
	}
	return out, err
}

func (v *Overlay) solve(ctx context.Context, r Request) ([]Named, error) {
	if !v.hasPackages {
		return v.below.Solve(ctx, r)
	}
	source, ok := v.below.(packageSource)
	if !ok {
		return simulatedSolution(r, v.Get)
	}
	var put []Named
	for _, key := range slices.Sorted(maps.Keys(v.changed)) {
		if spec.KindOfKey(key) == Package {
			put = append(put, Named{key, v.changed[key]})
		}
	}
	return source.SolveAfter(ctx, put, r)
}

// Available reports whether a version of a package can be had on a host.
func Available(ctx context.Context, v View, name, version string) bool {
	switch x := v.(type) {
	case *Overlay:
		return Available(ctx, x.below, name, version)
	case interface {
		Available(ctx context.Context, name, version string) bool
	}:
		return x.Available(ctx, name, version)
	}
	return true
}
