package find

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
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

	// LateBelow says that the command lists what each host has by itself: that of hosts which
	// take long is then printed below that of the others, and later.
	LateBelow bool
}

// Setup completes a command: the flags -J and -o, the argument, and what it does. Use
// says which argument there is: "info" takes none, "state [PATTERN]" one or none, "plot
// LIFECYCLE" one. It names resources of a kind, which completion offers.
func (b *Base) Setup(c *cobra.Command, g *settings.Global, s output.Streams, kind query.Kind, do func(context.Context, spec.Pattern) error) *cobra.Command {
	b.Global, b.Streams = g, s
	c.Flags().StringSliceVarP(&b.hosts, "on", "J", nil, "ask only `HOST`, which may be a pattern such as 'web*', or a group, @NAME (repeatable); all hosts if not given")
	b.Format.Register(c)
	_, argument, _ := strings.Cut(c.Use, " ")
	if argument != "" {
		c.ValidArgsFunction = CompletePatterns(g, kind)
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
	var groups deploy.Groups
	if slices.ContainsFunc(b.hosts, func(name string) bool { return strings.HasPrefix(name, "@") }) {
		if groups, err = b.Groups(); err != nil {
			return err
		}
	}
	chosen, err := chooseHosts(fleet, b.hosts, groups)
	if err != nil {
		return err
	}
	b.Fleet, b.Finder = fleet, New(chosen, b.Err)
	b.Finder.postpone = b.LateBelow && !b.JSON()
	err = do(ctx)
	if len(b.Finder.late) > 0 && (err == nil || spec.KindOf(err) == spec.NotFound) {
		err = b.doLate(ctx, chosen, do, err)
	}
	if err != nil {
		return err
	}
	return b.Finder.Incomplete()
}

// doLate does the command on the hosts that were late. It is enough if what is asked for is
// there or on the others.
func (b *Base) doLate(ctx context.Context, chosen deploy.Fleet, do func(context.Context) error, others error) error {
	before := b.Finder
	b.Finder = New(&subset{chosen, slices.Collect(maps.Keys(before.late))}, b.Err)
	b.Finder.waitedFor = true
	err := do(ctx)
	b.Finder.unreachable = cmp.Or(b.Finder.unreachable, before.unreachable)
	if err != nil && (others != nil || spec.KindOf(err) == spec.NotFound || b.Finder.unreachable != nil) {
		return others
	}
	return err
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
