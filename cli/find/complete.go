package find

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// All that is completed here is what modules declare: no agent is asked, so that completing is
// quick and changes nothing.

// CompletePatterns offers patterns of resources of a kind, relative or as //WebSite//start, as
// they were begun.
func CompletePatterns(g *settings.Global, kind query.Kind) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(declared(g, kind, func(n *query.Node) []string {
			if strings.HasPrefix(begun, "/") {
				return []string{anywhere(n.Path())}
			}
			return []string{n.Path().Relative()}
		}), begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteNodes offers the provides of nodes as patterns, //WebServer//start, and what follows.
func CompleteNodes(g *settings.Global, follows string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return offer(declared(g, query.Provide, func(n *query.Node) []string { return []string{anywhere(n.Path()) + follows} }), begun), unfinished(follows)
	}
}

// CompleteChoices offers NODE=Lifecycle/State/provide for provides that several lifecycles have.
func CompleteChoices(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		has := map[string]map[string]bool{} // the lifecycles that have a provide of a name
		declared(g, query.Provide, func(n *query.Node) []string {
			name := n.Path().Provide()
			if has[name] == nil {
				has[name] = map[string]bool{}
			}
			has[name][n.Path().Lifecycle()] = true
			return nil
		})
		return offer(declared(g, query.Provide, func(n *query.Node) []string {
			if len(has[n.Path().Provide()]) < 2 {
				return nil
			}
			return []string{"//" + n.Path().Provide() + "=" + n.Path().Relative()}
		}), begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteRequires offers the names of requires that are met on other hosts, and hosts after the =
// of REQUIRE=HOST,HOST.
func CompleteRequires(g *settings.Global, hosts bool) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		name, begunHosts, valued := strings.Cut(begun, "=")
		if valued && !hosts {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if valued {
			out, directive := connect.CompleteHosts(g)(c, args, begunHosts)
			for i := range out {
				out[i] = name + "=" + out[i]
			}
			return out, directive
		}
		return offer(declared(g, query.Require, func(n *query.Node) []string {
			if n.Attr("type") != string(spec.External) {
				return nil
			}
			return []string{n.Name() + "="}
		}), begun), unfinished("=")
	}
}

// CompleteVariables offers what is before the = of PATTERN=VALUE, //WebServer//conf/port, or, as inputs
// of the resource that the argument names, of REQUIRE/VARIABLE=VALUE.
func CompleteVariables(g *settings.Global, inputs bool) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if strings.Contains(begun, "=") {
			return nil, cobra.ShellCompDirectiveDefault // @FILE is one
		}
		of := ""
		if parts := strings.FieldsFunc(strings.Join(args, ""), func(r rune) bool { return r == '/' }); inputs && len(parts) > 0 {
			of = parts[0]
			if set, err := inprocess.LoadSet(g); err == nil && len(parts) > 1 && !slices.Contains(set.Names(), of) {
				of = parts[1] // after a host
			}
		}
		return offer(declared(g, query.Variable, func(n *query.Node) []string {
			parts := n.Path().Parts() // of host, lifecycle, state, provide, require, variable
			end := strings.Join(parts[4:], "/") + "="
			switch {
			case !inputs:
				return []string{"//" + parts[1] + "//" + end}
			case parts[1] == of:
				return []string{end}
			}
			return nil
		}), begun), unfinished("=")
	}
}

// CompleteStates offers the states of hosts, /web1/WebSite/Templated.
func CompleteStates(g *settings.Global) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		host, _, ok := strings.Cut(strings.TrimPrefix(begun, "/"), "/")
		if !ok {
			out, _ := connect.CompleteHosts(g)(c, args, host)
			out = slices.DeleteFunc(out, func(h string) bool { return strings.HasPrefix(h, "@") })
			for i := range out {
				out[i] = "/" + out[i] + "/"
			}
			return out, unfinished("/")
		}
		return offer(declared(g, query.State, func(n *query.Node) []string { return []string{"/" + host + "/" + n.Path().Relative()} }), begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// unfinished lets one go on typing after what was completed, if something follows.
func unfinished(follows string) cobra.ShellCompDirective {
	if follows == "" {
		return cobra.ShellCompDirectiveNoFileComp
	}
	return cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// offer leaves those that begin so, each once.
func offer(all []string, begun string) []string {
	all = slices.DeleteFunc(all, func(x string) bool { return !strings.HasPrefix(x, begun) })
	slices.Sort(all)
	return slices.Compact(all)
}

// declared collects what is said of each resource of a kind. What cannot be loaded is not offered.
func declared(g *settings.Global, kind query.Kind, say func(n *query.Node) []string) (out []string) {
	set, err := inprocess.LoadSet(g)
	if err != nil {
		return nil
	}
	var below func(n *query.Node)
	below = func(n *query.Node) {
		for _, c := range n.Children() {
			switch {
			case kind == query.Provide && c.Path().Provide() == string(spec.Enter): // it is not called
			case c.Kind() == kind:
				out = append(out, say(c)...)
			default:
				below(c)
			}
		}
	}
	below(lifecycle.Tree(query.NewRoot(), "host", set.Lifecycles...))
	return out
}

// anywhere is the pattern of a resource on any host; of a provide, in any state.
func anywhere(p spec.Path) string {
	if name := p.Provide(); name != "" {
		return "//" + p.Lifecycle() + "//" + name
	}
	return "//" + p.Relative()
}
