package find

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Base is what the commands about resources have in common. Its fields are set when
// the command runs.
type Base struct {
	*settings.Global
	output.Streams
	output.Format
	Fleet  deploy.Fleet // all of it
	Finder *Finder      // on the chosen hosts
	hosts  []string     // names and patterns, from -J
}

// Setup completes a command: the flags -J and -o, the argument, and what it does. Use
// says which argument there is: "info" takes none, "state [PATTERN]" one or none, "plot
// LIFECYCLE" one. It names resources of a kind, which completion offers.
func (b *Base) Setup(c *cobra.Command, g *settings.Global, s output.Streams, kind query.Kind, do func(context.Context, spec.Pattern) error) *cobra.Command {
	b.Global, b.Streams = g, s
	c.Flags().StringSliceVarP(&b.hosts, "on", "J", nil, "ask only `HOST`, which may be a pattern such as 'web*' (repeatable); all hosts if not given")
	_ = c.RegisterFlagCompletionFunc("on", connect.CompleteHosts(g))
	b.Format.Register(c)
	_, argument, _ := strings.Cut(c.Use, " ")
	c.Args = takes(argument)
	if argument != "" {
		c.ValidArgsFunction = completePatterns(g, kind)
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		p := spec.Pattern(strings.Join(args, "")) // one at most
		err := b.run(c.Context(), func(ctx context.Context) error { return do(ctx, p) })
		if err != nil && b.JSON() && !errors.Is(err, output.ErrPrinted) {
			return output.PrintFailure(b.Out, err)
		}
		return err
	}
	return c
}

// takes checks the arguments of a command that takes "", "[PATTERN]" or "PATTERN".
func takes(argument string) cobra.PositionalArgs {
	if argument == "" {
		return cobra.NoArgs
	}
	name := strings.Trim(argument, "[]")
	needed := name == argument
	return func(c *cobra.Command, args []string) error {
		if needed && len(args) == 1 && args[0] == "" {
			return spec.Errorf(spec.Invalid, "the %s is empty", name).WithHint("%s --help shows examples", c.CommandPath())
		}
		if len(args) > 1 || needed && len(args) == 0 {
			return spec.Errorf(spec.Invalid, "%s takes one %s, has %d", c.Name(), name, len(args)).
				WithHint("%s --help shows examples", c.CommandPath())
		}
		return nil
	}
}

// run opens the fleet and does the command on the chosen hosts.
func (b *Base) run(ctx context.Context, do func(context.Context) error) error {
	if f := b.Flags.Lookup("on"); f != nil && f.Changed && (len(b.hosts) == 0 || slices.Contains(b.hosts, "")) {
		// As where a variable of a script is empty: that must not mean all hosts.
		return spec.Errorf(spec.Invalid, "-J names no host").WithHint("leave it out, or write -J '*', to mean all hosts")
	}
	fleet, closeFleet, err := connect.Open(ctx, b.Global, b.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	chosen, err := chooseHosts(fleet, b.hosts)
	if err != nil {
		return err
	}
	b.Fleet, b.Finder = fleet, New(chosen, b.Err)
	if err := do(ctx); err != nil {
		return err
	}
	return b.Finder.Incomplete()
}

// List prints what was found: as one JSON array, or each by plain.
func List[T any](b *Base, all []T, plain func(w io.Writer, x T)) error {
	if b.JSON() {
		if all == nil {
			all = []T{}
		}
		return output.WriteJSON(b.Out, all)
	}
	for _, x := range all {
		plain(b.Out, x)
	}
	return nil
}

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
