package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
)

func newConfig(g *globals, s Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the settings and where they come from",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newConfigShow(g, s))
	return c
}

func newConfigShow(g *globals, s Streams) *cobra.Command {
	var agent, docs bool
	var output string
	c := &cobra.Command{
		Use:   "show",
		Short: "Show each setting, and where its value comes from",
		Long: `Show each setting, and where its value comes from: the default, a file, the
environment, or a flag. Later ones win. The operator's commands read
/etc/armonic/cli.yaml and ~/.config/armonic/cli.yaml, agents /etc/armonic/agent.yaml.`,
		Example: "  armonic config show\n  armonic config show --agent --docs",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var all []config.Entry
			var err error
			if agent {
				_, all, err = g.agent()
			} else {
				_, all, err = g.client()
			}
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return writeJSON(s.Out, all)
			case "plain":
				return showConfig(s, all, docs)
			}
			return spec.Errorf(spec.Invalid, "there is no output format %q", output).WithHint("-o plain or json")
		},
	}
	c.Flags().BoolVar(&agent, "agent", false, "the settings of an agent")
	c.Flags().BoolVar(&docs, "docs", false, "say what each setting means")
	c.Flags().StringVarP(&output, "output", "o", "plain", "`FORMAT`: plain or json")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"plain", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func showConfig(s Streams, all []config.Entry, docs bool) error {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, e := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", e.Name, clean(setting(e.Value)), e.From)
		if docs {
			_, _ = fmt.Fprintf(w, "  %s\n", e.Doc)
		}
	}
	if err := w.Flush(); err != nil {
		return unwritten(err)
	}
	return nil
}

// setting writes a value as a file of settings would have it.
func setting(v any) string {
	switch x := v.(type) {
	case []string:
		return "[" + strings.Join(x, ", ") + "]"
	case string:
		if x == "" {
			return `""`
		}
	}
	return fmt.Sprint(v)
}
