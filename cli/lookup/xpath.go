package lookup

import (
	"context"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newXPath(g *settings.Global, s output.Streams) *cobra.Command {
	l := &xpathCommand{Base: find.Base{LateBelow: true}}
	c := &cobra.Command{
		Use:   "xpath PATTERN",
		Short: "List all resources that a pattern matches",
		Long: `List all resources that PATTERN, an XPath, matches: hosts, lifecycles, states, provides,
requires and variables, with their attributes. --uri lists their paths only; each names
one resource and no other.`,
		Example: `  armonic xpath '//*[@resource="variable" and @type="port"]' --demo -J web1
  armonic xpath '//WebServer/*' --uri --demo -J web1`,
	}
	c.Flags().BoolVar(&l.uri, "uri", false, "print the path of each, and nothing else")
	return l.Setup(c, g, s, query.Provide, l.list)
}

// xpathCommand is `armonic xpath`.
type xpathCommand struct {
	find.Base
	uri bool
}

type jsonResource struct {
	Path     spec.Path         `json:"path"`
	Resource string            `json:"resource"`
	Attrs    map[string]string `json:"attributes"`
}

func (l *xpathCommand) list(ctx context.Context, p spec.Pattern) error {
	found, err := l.Finder.Find(ctx, p)
	if err != nil {
		return err
	}
	if l.uri {
		return find.List(&l.Base, find.PathsOf(found), func(w io.Writer, x spec.Path) { output.Printf(w, "%s\n", x) })
	}
	out := make([]jsonResource, len(found))
	for i, r := range found {
		out[i] = jsonResource{r.Path, r.Kind, r.Attrs}
		if r.Attrs == nil {
			out[i].Attrs = map[string]string{}
		}
	}
	return find.List(&l.Base, out, func(w io.Writer, x jsonResource) {
		output.Printf(w, "%-9s  %s\n", x.Resource, x.Path)
		for _, name := range slices.Sorted(maps.Keys(x.Attrs)) {
			output.Detail(w, "@"+name, x.Attrs[name])
		}
	})
}
