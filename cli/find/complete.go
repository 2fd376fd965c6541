package find

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
)

// completePatterns offers the relative paths of what the modules declare: no agent
// is asked, so that completing is quick and changes nothing.
func completePatterns(g *settings.Global, kind query.Kind) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		set, err := inprocess.LoadSet(g)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		host := lifecycle.Tree(query.NewRoot(), "host", set.Lifecycles...)
		var out []string
		var below func(n *query.Node)
		below = func(n *query.Node) {
			for _, c := range n.Children() {
				name := c.Path().Relative()
				if c.Kind() == kind && strings.HasPrefix(name, begun) {
					out = append(out, name)
				}
				if c.Kind() != kind {
					below(c)
				}
			}
		}
		below(host)
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}
