package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newXPath(g *globals, s Streams) *cobra.Command {
	l := &low{globals: g, Streams: s}
	var uri bool
	c := &cobra.Command{
		Use:   "xpath PATTERN",
		Short: "List all resources that a pattern matches",
		Long: `List all resources that PATTERN, an XPath, matches: hosts, lifecycles, states, provides,
requires and variables, with their attributes. --uri lists their paths only; each names
one resource and no other.`,
		Example: `  armonic xpath '//*[@resource="variable" and @type="port"]' --demo -J web1
  armonic xpath '//WebServer/*' --uri --demo -J web1`,
	}
	c.Flags().BoolVar(&uri, "uri", false, "print the path of each, and nothing else")
	l.register(c)
	l.pattern(c, "PATTERN", true, query.Provide, func(ctx context.Context, p spec.Pattern) error { return listResources(ctx, l, p, uri) })
	return c
}

type jsonResource struct {
	Path     spec.Path         `json:"path"`
	Resource string            `json:"resource"`
	Attrs    map[string]string `json:"attributes"`
}

func listResources(ctx context.Context, l *low, p spec.Pattern, uri bool) error {
	found, err := l.find.find(ctx, p)
	if err != nil {
		return err
	}
	if uri {
		return list(l, pathsOf(found), func(w io.Writer, x spec.Path) { _, _ = fmt.Fprintln(w, x) })
	}
	out := make([]jsonResource, len(found))
	for i, r := range found {
		out[i] = jsonResource{r.Path, r.Kind, r.Attrs}
		if r.Attrs == nil {
			out[i].Attrs = map[string]string{}
		}
	}
	return list(l, out, func(w io.Writer, x jsonResource) {
		_, _ = fmt.Fprintf(w, "%-9s  %s\n", x.Resource, x.Path)
		for _, name := range slices.Sorted(maps.Keys(x.Attrs)) {
			detail(w, "@"+name, x.Attrs[name])
		}
	})
}
