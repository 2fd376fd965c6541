package find

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Finder finds resources on the hosts of a fleet.
type Finder struct {
	deploy.Fleet
	warn        io.Writer
	skipped     map[spec.Host]bool // hosts that did not answer
	postpone    bool               // hosts that take long are not waited for now, but are late
	late        map[spec.Host]bool
	waitedFor   bool  // that all of them take long has been said
	unreachable error // of the first of them
}

// New makes a finder. Hosts that do not answer are named on warn.
func New(f deploy.Fleet, warn io.Writer) *Finder {
	return &Finder{Fleet: f, warn: warn, skipped: map[spec.Host]bool{}, late: map[spec.Host]bool{}}
}

// everywhere are all resources of all hosts.
const everywhere spec.Pattern = "//*"

// OfKind lists the resources of a kind that a pattern means: those that match; if
// it matches none of that kind, those above or below what matches. An empty pattern
// means all. Nothing at all is an error.
func (f *Finder) OfKind(ctx context.Context, p spec.Pattern, kind query.Kind) ([]spec.Resource, error) {
	if p == "" {
		return f.All(ctx, kind)
	}
	all, err := f.Find(ctx, p)
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
		near, err := f.Describe(ctx, nearest(r.Path, kind))
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

// Find lists what a pattern matches on any host. Where nothing does, the spelling
// that differs in case only is taken; else the error names what is like it.
func (f *Finder) Find(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	if _, err := query.Compile(p); err != nil {
		return nil, err
	}
	out, err := f.Describe(ctx, p)
	if err != nil || len(out) > 0 {
		return out, err
	}
	all, err := f.Describe(ctx, everywhere)
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
		output.Printf(f.warn, "note: %s is taken as %s\n", p, m.Folded)
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

// Describe lists what a pattern matches, on all hosts.
func (f *Finder) Describe(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	return AskAll(ctx, f, func(ctx context.Context, a spec.Agent) ([]spec.Resource, error) { return a.Describe(ctx, p) })
}

// All lists the resources of a kind, on all hosts.
func (f *Finder) All(ctx context.Context, kind query.Kind) ([]spec.Resource, error) {
	return f.Describe(ctx, everyOf(kind))
}

// AllStacks reads the stacks of all lifecycles.
func (f *Finder) AllStacks(ctx context.Context) ([]spec.Stack, error) {
	return AskAll(ctx, f, func(ctx context.Context, a spec.Agent) ([]spec.Stack, error) { return a.Stacks(ctx) })
}

// Stacks reads the stacks of lifecycles, in their order.
func (f *Finder) Stacks(ctx context.Context, lifecycles []spec.Resource) ([]spec.Stack, error) {
	all, err := f.AllStacks(ctx)
	if err != nil {
		return nil, err
	}
	stacks := map[spec.Path]spec.Stack{}
	for _, s := range all {
		stacks[s.Path] = s
	}
	var out []spec.Stack
	for _, r := range lifecycles {
		if s, ok := stacks[r.Path]; ok {
			out = append(out, s)
		}
	}
	return out, nil
}

// skip notes that a host did not answer.
func (f *Finder) skip(h spec.Host, err error) {
	if f.unreachable == nil {
		f.unreachable = err
	}
	if !f.skipped[h] {
		f.skipped[h] = true
		output.Printf(f.warn, "warning: %s is left out: %v\n", h, err)
	}
}

// Incomplete is the error of a listing that lacks hosts, which have been named.
func (f *Finder) Incomplete() error {
	if f.unreachable == nil {
		return nil
	}
	return output.Exit(output.ExitUnreachable, nil)
}
