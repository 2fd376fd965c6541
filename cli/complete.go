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
		set, err := loadSet(l.globals)
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

// completeHosts offers the hosts of the demo, this one, or those that the last command
// saw: who completes does not wait for a server.
func completeHosts(g *globals) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return hostsLike(g, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// hostsLike are the hosts whose names begin so.
func hostsLike(g *globals, begun string) []string {
	var hosts []spec.Host
	if g.demo {
		hosts = demoHosts()
	} else if h, err := hostName(); g.local && err == nil {
		hosts = []spec.Host{h}
	} else if !g.local {
		hosts = knownHosts(g)
	}
	before := begun[:strings.LastIndexByte(begun, ',')+1] // of a list with commas
	var out []string
	for _, h := range hosts {
		if name := before + string(h); strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// knownHosts are those that the last command saw, none if there is no account.
func knownHosts(g *globals) []spec.Host {
	c, _, err := g.client()
	if err != nil {
		return nil
	}
	jid, err := accountJID(c.Connection)
	if err != nil {
		return nil
	}
	var out []spec.Host
	for jid := range openKnown(jid).hosts {
		out = append(out, spec.Host(jid.Local()))
	}
	return out
}
