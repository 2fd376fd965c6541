package lookup

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// provideCommand is `armonic provide`.
type provideCommand struct {
	find.Base
	pathFlags
	long, all bool
}

func newProvide(g *settings.Global, s output.Streams) *cobra.Command {
	l := &provideCommand{Base: find.Base{LateBelow: true}}
	c := &cobra.Command{
		Use:   "provide [PATTERN]",
		Short: "List provides that can be called",
		Long: `List the provides that PATTERN matches, or those of what it matches; without PATTERN
all. A provide can be called if its state is applied or can be reached; --all lists the
others too, and the enter of every state.`,
		Example: `  armonic provide //WebServer//start -l --demo -J web1
  armonic provide "//*[contains(@tags, 'demo')]" --demo`,
	}
	f := c.Flags()
	f.BoolVarP(&l.long, "long", "l", false, "describe each, with what it asks and returns")
	f.BoolVar(&l.all, "all", false, "also those that cannot be called now, and the enter of every state")
	l.flags(c)
	return l.Setup(c, g, s, query.Provide, l.list)
}

type jsonProvide struct {
	Path spec.Path `json:"path"`
	*longProvide
	Simulated bool          `json:"simulated,omitempty"`
	Paths     *[][]jsonMove `json:"paths,omitempty"` // with --path
}

type longProvide struct {
	Label    string         `json:"label"`
	Help     string         `json:"help"`
	Tags     []string       `json:"tags"`
	Flags    map[string]any `json:"flags"`
	Requires []jsonRequire  `json:"requires"`
	Returns  []jsonVariable `json:"returns"`
}

func (l *provideCommand) list(ctx context.Context, p spec.Pattern) error {
	found, err := l.Finder.OfKind(ctx, p, query.Provide)
	if err != nil {
		return err
	}
	if !l.all {
		if found, err = l.callable(ctx, p, found); err != nil {
			return err
		}
	}
	out := make([]jsonProvide, len(found))
	for i, r := range found {
		out[i].Path, out[i].Simulated = r.Path, r.Simulated
		if l.long && r.Provide != nil {
			d := r.Provide
			out[i].longProvide = &longProvide{d.Label, d.Help, append([]string{}, d.Tags...), d.Flags,
				requiresOf(r.Path, d.Requires), variables(r.Path, d.Returns)}
			if d.Flags == nil {
				out[i].Flags = map[string]any{}
			}
		}
		if out[i].Paths, err = l.pathFlags.list(ctx, &l.Base, r.Path); err != nil {
			return err
		}
	}
	return find.List(&l.Base, out, l.print)
}

// callable keeps what can be called. That nothing is left of what was named is an
// error.
func (l *provideCommand) callable(ctx context.Context, p spec.Pattern, found []spec.Resource) ([]spec.Resource, error) {
	can, err := find.AskAll(ctx, l.Finder, func(ctx context.Context, a spec.Agent) ([]spec.Provide, error) {
		return a.Provides(ctx, "/*/*/*/*")
	})
	if err != nil {
		return nil, err
	}
	known := map[spec.Path]bool{}
	for _, c := range can {
		known[c.Path] = true
	}
	var out []spec.Resource
	for _, r := range found {
		if known[r.Path] {
			out = append(out, r)
		}
	}
	if len(out) == 0 && p != "" {
		return nil, spec.Errorf(spec.NotFound, "%s matches %s, of which none can be called: %s", p, spec.Count(len(found), "provide", "provides"), find.FirstFew(find.PathsOf(found))).
			WithHint("--all lists them, and the enter of states, which state-goto applies")
	}
	return out, nil
}

func (l *provideCommand) print(w io.Writer, x jsonProvide) {
	output.Printf(w, "%s\n", x.Path)
	if x.longProvide != nil {
		output.Detail(w, "about", strings.TrimSpace(described(x.Label, x.Help)))
		if x.Simulated {
			output.Detail(w, output.Simulated, output.Pretends)
		}
		output.Detail(w, "tags", strings.Join(x.Tags, ", "))
		for _, name := range slices.Sorted(maps.Keys(x.Flags)) {
			output.Detail(w, "flag", name+"="+output.Value(x.Flags[name]))
		}
		printRequires(w, x.Requires)
		if len(x.Returns) > 0 {
			output.Printf(w, "    returns\n")
			printVariables(w, x.Returns)
		}
	}
	printPaths(w, x.Paths)
}
