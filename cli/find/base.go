package find

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Base is what the commands have in common that ask agents one thing.
type Base struct {
	*settings.Global
	output.Streams
	output.Format
	hosts  []string
	Fleet  deploy.Fleet // all of it
	Finder *Finder
}

// Register adds the flags that these commands have besides the global ones.
func (l *Base) Register(c *cobra.Command) {
	c.Flags().StringSliceVarP(&l.hosts, "on", "J", nil, "ask only `HOST`, which may be a pattern such as 'web*' (repeatable); all hosts if not given")
	l.Format.Register(c)
	_ = c.RegisterFlagCompletionFunc("on", connect.CompleteHosts(l.Global))
}

// Pattern takes the one PATTERN that a command may be given, of resources of a kind.
func (l *Base) Pattern(c *cobra.Command, what string, needed bool, kind query.Kind, do func(context.Context, spec.Pattern) error) {
	c.Args = func(c *cobra.Command, args []string) error {
		if needed && len(args) == 1 && args[0] == "" {
			return spec.Errorf(spec.Invalid, "the %s is empty", what).WithHint("%s --help shows examples", c.CommandPath())
		}
		if len(args) > 1 || needed && len(args) == 0 {
			return spec.Errorf(spec.Invalid, "%s takes one %s, has %d", c.Name(), what, len(args)).
				WithHint("%s --help shows examples", c.CommandPath())
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		var p spec.Pattern
		if len(args) == 1 {
			p = spec.Pattern(args[0])
		}
		return l.Run(c.Context(), func(ctx context.Context) error { return do(ctx, p) })
	}
	c.ValidArgsFunction = l.completePatterns(kind)
}

// Run opens the fleet, does the command, and says in the output's form what went wrong.
func (l *Base) Run(ctx context.Context, do func(context.Context) error) error {
	err := l.opened(ctx, do)
	if err != nil && l.JSON() && !errors.Is(err, output.ErrPrinted) {
		return output.PrintFailure(l.Out, err)
	}
	return err
}

// emptyHost reports whether -J was given without a host, as where a variable of a script is
// empty: that must not mean all of them.
func (l *Base) emptyHost() bool {
	f := l.Flags.Lookup("on")
	return f != nil && f.Changed && (len(l.hosts) == 0 || slices.Contains(l.hosts, ""))
}

func (l *Base) opened(ctx context.Context, do func(context.Context) error) error {
	if l.emptyHost() {
		return spec.Errorf(spec.Invalid, "-J names no host").WithHint("leave it out, or write -J '*', to mean all hosts")
	}
	fleet, closeFleet, err := connect.Open(ctx, l.Global, l.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	l.Fleet = fleet
	var some deploy.Fleet
	if some, err = chooseHosts(fleet, l.hosts); err != nil {
		return err
	}
	l.Finder = New(some, l.Err)
	if err := do(ctx); err != nil {
		return err
	}
	return l.Finder.Incomplete()
}

// many reports whether the flags choose several hosts: then the task is done on each.
func (l *Base) many() bool {
	return len(l.hosts) > 1 || len(l.hosts) == 1 && isGlob(l.hosts[0])
}

// List prints what was found: as one JSON array, or each by plain.
func List[T any](l *Base, all []T, plain func(w io.Writer, x T)) error {
	if l.JSON() {
		if all == nil {
			all = []T{}
		}
		return output.WriteJSON(l.Out, all)
	}
	for _, x := range all {
		plain(l.Out, x)
	}
	return nil
}
