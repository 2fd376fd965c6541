package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// completePatterns offers the relative paths of what the modules declare: no agent
// is asked, so that completing is quick and changes nothing.
func (l *low) completePatterns(kind query.Kind) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		set, err := l.modules()
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

// completeHosts offers the hosts of the demo, or this one.
func (l *low) completeHosts(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	var hosts []spec.Host
	if l.demo {
		hosts = demoHosts()
	} else if h, err := hostName(); l.local && err == nil {
		hosts = []spec.Host{h}
	}
	var out []string
	for _, h := range hosts {
		if strings.HasPrefix(string(h), begun) {
			out = append(out, string(h))
		}
	}
	slices.Sort(out)
	return out, cobra.ShellCompDirectiveNoFileComp
}
