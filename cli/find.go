package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// finder finds resources on the hosts of a fleet.
type finder struct {
	deploy.Fleet
	warn   io.Writer
	warned map[spec.Host]bool
	lost   error // of the first host that did not answer
}

// everywhere are all resources of all hosts.
const everywhere spec.Pattern = "//*"

// depth is how long the paths of a kind are.
func depth(k query.Kind) int {
	kinds := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
	return slices.Index(kinds, k) + 1
}

// ofKind lists the resources of a kind that a pattern means: those that match; if
// it matches none of that kind, those above or below what matches. An empty pattern
// means all. Nothing at all is an error.
func (f *finder) ofKind(ctx context.Context, p spec.Pattern, kind query.Kind) ([]spec.Resource, error) {
	if p == "" {
		return f.describe(ctx, spec.Pattern(strings.Repeat("/*", depth(kind))))
	}
	all, err := f.find(ctx, p)
	if err != nil {
		return nil, err
	}
	same := slices.DeleteFunc(slices.Clone(all), func(r spec.Resource) bool { return r.Kind != string(kind) })
	if len(same) > 0 {
		return same, nil
	}
	var out []spec.Resource
	seen := map[spec.Path]bool{}
	for _, r := range all {
		near, err := f.describe(ctx, nearest(r.Path, kind))
		if err != nil {
			return nil, err
		}
		for _, n := range near {
			if !seen[n.Path] {
				seen[n.Path] = true
				out = append(out, n)
			}
		}
	}
	if len(out) == 0 {
		return nil, spec.Errorf(spec.NotFound, "%s has no %s", p, kind)
	}
	return out, nil
}

// nearest is what lies above a resource, or below it, of a kind.
func nearest(p spec.Path, kind query.Kind) spec.Pattern {
	if short := depth(kind) - len(p.Parts()); short > 0 {
		return spec.Pattern(string(p) + strings.Repeat("/*", short))
	}
	return spec.Pattern(p.Cut(depth(kind)))
}

// one is the only resource of a kind that a pattern means: what matches, or what it
// is a part of.
func (f *finder) one(ctx context.Context, p spec.Pattern, kind query.Kind) (spec.Resource, error) {
	all, err := f.find(ctx, p)
	if err != nil {
		return spec.Resource{}, err
	}
	var paths []spec.Path
	for _, r := range all {
		if at := r.Path.Cut(depth(kind)); len(at.Parts()) == depth(kind) && !slices.Contains(paths, at) {
			paths = append(paths, at)
		}
	}
	switch len(paths) {
	case 0:
		err := spec.Errorf(spec.NotFound, "%s is a %s, not a %s", p, all[0].Kind, kind)
		if len(all) > 1 {
			err = spec.Errorf(spec.NotFound, "%s matches no %s, but %s", p, kind, some(pathsOf(all)))
		}
		below, _ := f.describe(ctx, nearest(all[0].Path, kind)) // only for the hint
		if len(below) > 0 {
			return spec.Resource{}, err.WithHint("name one of %s", some(pathsOf(below)))
		}
		return spec.Resource{}, err
	case 1:
		found, err := f.describe(ctx, spec.Pattern(paths[0]))
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
	err := spec.Errorf(spec.Ambiguous, "%s matches %d %ss: %s", p, len(paths), kind, some(paths))
	for _, at := range paths[1:] {
		if at.Relative() != paths[0].Relative() {
			return err.WithHint("name one of them")
		}
	}
	return err.WithHint("choose the host with -J %s", paths[0].Host())
}

// find lists what a pattern matches on any host. Where nothing does, the spelling
// that differs in case only is taken; else the error names what is like it.
func (f *finder) find(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	if _, err := query.Compile(p); err != nil {
		return nil, err
	}
	out, err := f.describe(ctx, p)
	if err != nil || len(out) > 0 {
		return out, err
	}
	all, err := f.describe(ctx, everywhere)
	if err != nil {
		return nil, err
	}
	root, at := treeOf(all)
	m, err := query.Find(root, p)
	if err == nil {
		err = m.None()
	}
	if err != nil {
		return nil, err
	}
	if m.Folded != "" {
		_, _ = fmt.Fprintf(f.warn, "note: %s is taken as %s\n", p, m.Folded)
	}
	for _, n := range m.Nodes {
		out = append(out, at[n])
	}
	return out, nil
}

// treeOf makes a tree of resources that are in the order of one.
func treeOf(all []spec.Resource) (*query.Node, map[*query.Node]spec.Resource) {
	root, at := query.NewRoot(), map[*query.Node]spec.Resource{}
	known := map[spec.Path]*query.Node{}
	for _, r := range all {
		parts := r.Path.Parts()
		parent := root
		if len(parts) > 1 {
			parent = known[r.Path.Cut(len(parts)-1)]
		}
		if parent == nil || len(parts) == 0 {
			continue // of an agent that does not list what lies above
		}
		var attrs []query.Attr
		for _, name := range slices.Sorted(maps.Keys(r.Attrs)) {
			attrs = append(attrs, query.Attr{Name: name, Value: r.Attrs[name]})
		}
		n := parent.Add(query.Kind(r.Kind), parts[len(parts)-1], attrs...)
		known[r.Path], at[n] = n, r
	}
	return root, at
}

// describe asks all hosts. Hosts that do not answer are named once and left out;
// none that answers is an error.
func (f *finder) describe(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	return gather(f, askAll(ctx, f, func(ctx context.Context, a spec.Agent) ([]spec.Resource, error) { return a.Describe(ctx, p) }))
}

// gather joins what hosts said. Those that could not be reached are named, once;
// what a host refuses is the error.
func gather[T any](f *finder, answers []answer[[]T]) ([]T, error) {
	var out []T
	silent := 0
	for _, a := range answers {
		switch {
		case a.err == nil:
			out = append(out, a.value...)
		case spec.KindOf(a.err) == spec.Unavailable:
			f.miss(a.host, a.err)
			silent++
		default:
			return nil, a.err
		}
	}
	if len(answers) > 0 && silent == len(answers) {
		return nil, exit(exitUnreachable, f.lost)
	}
	return out, nil
}

// miss notes that a host did not answer.
func (f *finder) miss(h spec.Host, err error) {
	if f.lost == nil {
		f.lost = err
	}
	if f.warned == nil {
		f.warned = map[spec.Host]bool{}
	}
	if !f.warned[h] {
		f.warned[h] = true
		_, _ = fmt.Fprintf(f.warn, "warning: %s is left out: %v\n", h, err)
	}
}

// complete is the error of a listing that lacks hosts, which have been named.
func (f *finder) complete() error {
	if f.lost == nil {
		return nil
	}
	return exit(exitUnreachable, nil)
}

// stacks reads the stacks of lifecycles, in their order.
func (f *finder) stacks(ctx context.Context, lifecycles []spec.Resource) ([]spec.Stack, error) {
	all, err := gather(f, askAll(ctx, f, func(ctx context.Context, a spec.Agent) ([]spec.Stack, error) { return a.Stacks(ctx) }))
	if err != nil {
		return nil, err
	}
	var out []spec.Stack
	for _, r := range lifecycles {
		for _, s := range all {
			if s.Path == r.Path {
				out = append(out, s)
			}
		}
	}
	return out, nil
}

func pathsOf(resources []spec.Resource) []spec.Path {
	out := make([]spec.Path, len(resources))
	for i, r := range resources {
		out[i] = r.Path
	}
	return out
}

// some lists paths, and how many more there are where they are many.
func some(paths []spec.Path) string {
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
