package find

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// One is the only resource of a kind that a pattern means: what matches, or what it
// is a part of.
func (f *Finder) One(ctx context.Context, p spec.Pattern, kind query.Kind) (spec.Resource, error) {
	paths, err := f.above(ctx, p, kind)
	if err != nil {
		return spec.Resource{}, err
	}
	if len(paths) > 1 {
		return spec.Resource{}, ambiguous(p, kind, paths)
	}
	found, err := f.Describe(ctx, spec.Pattern(paths[0]))
	if err == nil && len(found) != 1 {
		err = spec.Errorf(spec.NotFound, "%s is gone", paths[0])
	}
	if err != nil {
		return spec.Resource{}, err
	}
	return found[0], nil
}

// Targets are the resources of a kind that a pattern means: one, or if the flags choose
// several hosts, the same one on each host.
func (b *Base) Targets(ctx context.Context, p spec.Pattern, kind query.Kind) ([]spec.Path, error) {
	paths, err := b.Finder.above(ctx, p, kind)
	if err != nil {
		return nil, err
	}
	several := len(b.hosts) > 1 || len(b.hosts) == 1 && deploy.IsPattern(b.hosts[0])
	if len(paths) > 1 && !(several && sameOnAll(paths)) {
		return nil, ambiguous(p, kind, paths)
	}
	return paths, nil
}

// above are the resources of a kind that a pattern matches, or of which what it matches
// is a part. There is at least one.
func (f *Finder) above(ctx context.Context, p spec.Pattern, kind query.Kind) ([]spec.Path, error) {
	all, err := f.Find(ctx, p)
	if err != nil {
		return nil, err
	}
	var paths []spec.Path
	for _, r := range all {
		if at := r.Path.Cut(depth(kind)); len(at.Parts()) == depth(kind) && !slices.Contains(paths, at) {
			paths = append(paths, at)
		}
	}
	if len(paths) > 0 {
		return paths, nil
	}
	e := spec.Errorf(spec.NotFound, "%s is a %s, not a %s", p, all[0].Kind, kind)
	if len(all) > 1 {
		e = spec.Errorf(spec.NotFound, "%s matches no %s, but %s", p, kind, FirstFew(PathsOf(all)))
	}
	below, _ := f.Describe(ctx, nearest(all[0].Path, kind)) // only for the hint
	if len(below) > 0 {
		return nil, e.WithHint("name one of %s", FirstFew(PathsOf(below)))
	}
	return nil, e
}

func ambiguous(p spec.Pattern, kind query.Kind, paths []spec.Path) error {
	err := spec.Errorf(spec.Ambiguous, "%s matches %d %ss: %s", p, len(paths), kind, FirstFew(paths))
	if !sameOnAll(paths) {
		return err.WithHint("name one of them")
	}
	return err.WithHint("choose the host with -J %s", paths[0].Host())
}

// sameOnAll reports whether paths differ in nothing but the host.
func sameOnAll(paths []spec.Path) bool {
	return !slices.ContainsFunc(paths, func(at spec.Path) bool { return at.Relative() != paths[0].Relative() })
}

// depth is how long the paths of a kind are.
func depth(k query.Kind) int {
	kinds := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
	return slices.Index(kinds, k) + 1
}

// everyOf matches all resources of a kind.
func everyOf(kind query.Kind) spec.Pattern { return spec.Pattern(strings.Repeat("/*", depth(kind))) }

// nearest is what lies above a resource, or below it, of a kind.
func nearest(p spec.Path, kind query.Kind) spec.Pattern {
	if short := depth(kind) - len(p.Parts()); short > 0 {
		return spec.Pattern(string(p) + strings.Repeat("/*", short))
	}
	return spec.Pattern(p.Cut(depth(kind)))
}

// PathsOf are the paths of resources.
func PathsOf(resources []spec.Resource) []spec.Path {
	out := make([]spec.Path, len(resources))
	for i, r := range resources {
		out[i] = r.Path
	}
	return out
}

// FirstFew lists the first paths, and says how many more there are.
func FirstFew(paths []spec.Path) string { return firstFew(paths) }

func firstFew[T ~string](paths []T) string {
	const most = 5
	texts := make([]string, 0, most)
	for _, p := range paths[:min(most, len(paths))] {
		texts = append(texts, string(p))
	}
	out := strings.Join(texts, ", ")
	if more := len(paths) - most; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
}
