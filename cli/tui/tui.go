package tui

import (
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/plain"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/widget"
)

// Command is `armonic tui`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "tui [PATTERN]",
		Short: "Open the terminal UI",
		Long: `Open the terminal UI: the fleet with the stacks of every host, the catalogue of what
can be deployed, and everything from there to the end of a deployment. With PATTERN
it begins with that deployment. ? in the UI lists its keys.`,
		Example: "  armonic tui --demo\n  armonic tui --demo //Proxy//start",
		RunE: func(c *cobra.Command, args []string) error {
			var readOnly bool
			set, _, err := g.Client()
			if err != nil {
				return err
			}
			if readOnly, err = c.Flags().GetBool("read-only"); err != nil {
				return err
			}
			conf := tui.Config{ReadOnly: readOnly, Theme: set.Theme, Glyphs: set.Glyphs, By: settings.Operator(), Seal: g.Keys(), Logs: g.Deployments()}
			for name, keys := range set.Keys {
				if conf.Keys == nil {
					conf.Keys = map[widget.Action]string{}
				}
				conf.Keys[widget.Action(name)] = keys
			}
			if conf.Groups, err = g.Groups(); err != nil {
				return err
			}
			if conf.Approve, err = g.Demands(); err != nil {
				return err
			}
			if conf.Glyphs == "" && output.ASCIIOnly(os.Getenv) {
				conf.Glyphs = "ascii"
			}
			if len(args) == 1 {
				conf.Pattern = spec.Pattern(args[0])
			}
			if p, err := c.Flags().GetBool("plain"); err != nil {
				return err
			} else if p || g.Plain {
				return runPlain(c.Context(), g, s, conf, noFleet(g, set))
			}
			if noFleet(g, set) {
				if left, err := firstStart(c.Context(), g, s, &conf); left || err != nil {
					return err
				}
			}
			return runTUI(c.Context(), g, s, conf)
		},
	}
	c.ValidArgsFunction = find.CompletePatterns(g, query.Provide)
	c.Flags().String("theme", "", "colours: `NAME` is one of "+strings.Join(widget.Themes(), ", "))
	c.Flags().String("glyphs", "", "signs: `NAME` is one of "+strings.Join(widget.GlyphSets(), ", ")+"; ascii is the default where the locale knows nothing else, as with LC_ALL=C")
	c.Flags().Bool("read-only", false, "only look: no key changes a server")
	c.Flags().Bool("plain", false, "line by line, with choices by number and without signs, as a screen reader wants it; also with ACCESSIBLE=1 in the environment")
	_ = c.RegisterFlagCompletionFunc("theme", cobra.FixedCompletions(widget.Themes(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("glyphs", cobra.FixedCompletions(widget.GlyphSets(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// runPlain is the UI line by line. Without a fleet it asks first how to start.
func runPlain(ctx context.Context, g *settings.Global, s output.Streams, conf tui.Config, first bool) error {
	if first {
		prompt := output.NewPrompter(s.In, s.Out)
		s.In = prompt.Share()
		if left, err := firstPlainStart(ctx, g, prompt, &conf); left || err != nil {
			return err
		}
	}
	return plain.Run(ctx, g, s, plain.Options{ReadOnly: conf.ReadOnly, Pattern: conf.Pattern})
}

func runTUI(ctx context.Context, g *settings.Global, s output.Streams, conf tui.Config) error {
	conf.In, _ = s.In.(*os.File)
	conf.Out = s.Terminal()
	fleet, closeFleet, err := connect.Open(ctx, g, s, true)
	if err != nil {
		return err
	}
	defer closeFleet()
	conf.Fleet = fleet
	if conf.Logs != nil {
		d := newDrafts(filepath.Join(g.OperatorState(), "drafts", url.PathEscape(fleet.Name())))
		defer d.Close()
		conf.Drafts = d
	}
	out, err := tui.Run(ctx, conf)
	_, _ = io.WriteString(s.Out, out.Text)
	if err != nil {
		return err
	}
	left := out.Running
	if conf.Logs != nil {
		left = detach(g, s, left)
	}
	if err := linger(ctx, s, left); err != nil {
		return err
	}
	if out.Failed {
		return output.Exit(output.ExitFailed, nil)
	}
	return nil
}

// linger follows what was left running to its end: agents in this process end with it.
func linger(ctx context.Context, s output.Streams, running []*rollout.Rollout) error {
	defer func() {
		for _, e := range running {
			e.Close()
		}
	}()
	for _, e := range running {
		if !e.Snapshot().Over {
			output.Printf(s.Err, "deployment %s goes on; Ctrl-C ends it\n", e.ID())
		}
		if err := e.Wait(ctx); err != nil {
			return err
		}
		snap := e.Snapshot()
		output.NewPlain(s.Out, "").Result(snap)
		if !snap.OK {
			return output.DeploymentExit(snap)
		}
	}
	return nil
}
