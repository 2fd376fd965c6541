package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// low is what the commands have in common that ask agents one thing.
type low struct {
	*globals
	Streams
	output string
	hosts  []string
	fleet  deploy.Fleet // all of it
	find   *finder
}

// lowLevel are the commands that ask agents one thing.
func lowLevel(g *globals, s Streams) []*cobra.Command {
	return []*cobra.Command{
		newList(g, s), newInfo(g, s), newLifecycle(g, s), newState(g, s), newStateCurrent(g, s), newStateGoto(g, s),
		newProvide(g, s), newProvideCall(g, s), newXPath(g, s), newHistory(g, s), newPlot(g, s),
	}
}

// register adds the flags that these commands have besides the global ones.
func (l *low) register(c *cobra.Command) {
	c.Flags().StringSliceVarP(&l.hosts, "on", "J", nil, "ask only `HOST`, which may be a pattern such as 'web*' (repeatable); all hosts if not given")
	c.Flags().StringVarP(&l.output, "output", "o", "plain", "`FORMAT`: plain or json")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"plain", "json"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("on", completeHosts(l.globals))
}

// pattern takes the one PATTERN that a command may be given, of resources of a kind.
func (l *low) pattern(c *cobra.Command, what string, needed bool, kind query.Kind, do func(context.Context, spec.Pattern) error) {
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
		return l.run(c.Context(), func(ctx context.Context) error { return do(ctx, p) })
	}
	c.ValidArgsFunction = l.completePatterns(kind)
}

// run opens the fleet, does the command, and says in the output's form what went wrong.
func (l *low) run(ctx context.Context, do func(context.Context) error) error {
	if l.output != "plain" && l.output != "json" {
		return spec.Errorf(spec.Invalid, "there is no output format %q", l.output).WithHint("-o plain or json")
	}
	err := l.opened(ctx, do)
	if err != nil && l.json() && !errors.Is(err, errSaid) {
		return printFailure(l.Out, err)
	}
	return err
}

// noHost reports whether -J was given without a host, as where a variable of a script is
// empty: that must not mean all of them.
func (l *low) noHost() bool {
	f := l.flags.Lookup("on")
	return f != nil && f.Changed && (len(l.hosts) == 0 || slices.Contains(l.hosts, ""))
}

func (l *low) opened(ctx context.Context, do func(context.Context) error) error {
	if l.noHost() {
		return spec.Errorf(spec.Invalid, "-J names no host").WithHint("leave it out, or write -J '*', to mean all hosts")
	}
	fleet, closeFleet, err := open(ctx, l.globals, l.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	l.fleet = fleet
	var some deploy.Fleet
	if some, err = choose(fleet, l.hosts); err != nil {
		return err
	}
	l.find = &finder{Fleet: some, warn: l.Err}
	if err := do(ctx); err != nil {
		return err
	}
	return l.find.complete()
}

func (l *low) json() bool { return l.output == "json" }

// list prints what was found: as one JSON array, or each by plain.
func list[T any](l *low, all []T, plain func(w io.Writer, x T)) error {
	if l.json() {
		if all == nil {
			all = []T{}
		}
		return writeJSON(l.Out, all)
	}
	for _, x := range all {
		plain(l.Out, x)
	}
	return nil
}

// writeJSON writes one value and a newline.
func writeJSON(w io.Writer, x any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(x); err != nil {
		return unwritten(err)
	}
	return nil
}

// unwritten says that nobody reads the output, or that it has no room: the command line
// is not wrong.
func unwritten(err error) error {
	return exit(exitFailed, fmt.Errorf("cannot write the output: %w", err))
}

// detail writes an indented line of a long listing, if there is anything to say.
func detail(w io.Writer, name, text string) {
	if text != "" {
		_, _ = fmt.Fprintf(w, "    %s: %s\n", name, clean(text))
	}
}
