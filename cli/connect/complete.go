package connect

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
)

// CompleteHosts offers the hosts of the demo, this one, or those that the last command
// saw: who completes does not wait for a server.
func CompleteHosts(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return hostsLike(g, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// hostsLike are the hosts whose names begin so.
func hostsLike(g *settings.Global, begun string) []string {
	var hosts []spec.Host
	if g.Demo {
		hosts = inprocess.DemoHosts()
	} else if h, err := inprocess.HostName(); g.Local && err == nil {
		hosts = []spec.Host{h}
	} else if !g.Local {
		hosts = seenHosts(g)
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

// seenHosts are those that the last command saw, none if there is no account.
func seenHosts(g *settings.Global) []spec.Host {
	c, _, err := g.Client()
	if err != nil {
		return nil
	}
	jid, err := AccountJID(c.Connection)
	if err != nil {
		return nil
	}
	var out []spec.Host
	for jid := range readLastSeen(jid).hosts {
		out = append(out, spec.Host(jid.Local()))
	}
	return out
}
