package find

import (
	"context"
	"slices"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// One is the only resource of a kind that a pattern means: what matches, or what it
// is a part of.
func (f *Finder) One(ctx context.Context, p spec.Pattern, kind query.Kind) (spec.Resource, error) {
	all, err := f.Find(ctx, p)
	if err != nil {
		return spec.Resource{}, err
	}
	var paths []spec.Path
	for _, r := range all {
		if at := r.Path.Cut(Depth(kind)); len(at.Parts()) == Depth(kind) && !slices.Contains(paths, at) {
			paths = append(paths, at)
		}
	}
	switch len(paths) {
	case 0:
		err := spec.Errorf(spec.NotFound, "%s is a %s, not a %s", p, all[0].Kind, kind)
		if len(all) > 1 {
			err = spec.Errorf(spec.NotFound, "%s matches no %s, but %s", p, kind, Some(PathsOf(all)))
		}
		below, _ := f.Describe(ctx, nearest(all[0].Path, kind)) // only for the hint
		if len(below) > 0 {
			return spec.Resource{}, err.WithHint("name one of %s", Some(PathsOf(below)))
		}
		return spec.Resource{}, err
	case 1:
		found, err := f.Describe(ctx, spec.Pattern(paths[0]))
		if err == nil && len(found) != 1 {
			err = spec.Errorf(spec.NotFound, "%s is gone", paths[0])
		}
		if err != nil {
			return spec.Resource{}, err
		}
		return found[0], nil
	}
	return spec.Resource{}, ambiguous(p, kind, paths)
}

func ambiguous(p spec.Pattern, kind query.Kind, paths []spec.Path) error {
	err := spec.Errorf(spec.Ambiguous, "%s matches %d %ss: %s", p, len(paths), kind, Some(paths))
	for _, at := range paths[1:] {
		if at.Relative() != paths[0].Relative() {
			return err.WithHint("name one of them")
		}
	}
	return err.WithHint("choose the host with -J %s", paths[0].Host())
}

// Targets are the resources of a kind that a pattern means: one, or one on each host
// if several were chosen.
func (l *Base) Targets(ctx context.Context, p spec.Pattern, kind query.Kind) ([]spec.Path, error) {
	if !l.many() {
		r, err := l.Finder.One(ctx, p, kind)
		return []spec.Path{r.Path}, err
	}
	all, err := l.Finder.Find(ctx, p)
	if err != nil {
		return nil, err
	}
	var paths []spec.Path
	seen := map[spec.Path]bool{}
	for _, r := range all {
		at := r.Path.Cut(Depth(kind))
		if len(at.Parts()) == Depth(kind) && !seen[at] {
			seen[at] = true
			paths = append(paths, at)
		}
	}
	if len(paths) == 0 {
		return nil, spec.Errorf(spec.NotFound, "%s is a %s, not a %s", p, all[0].Kind, kind)
	}
	for _, at := range paths[1:] {
		if at.Relative() != paths[0].Relative() {
			return nil, ambiguous(p, kind, paths)
		}
	}
	return paths, nil
}
