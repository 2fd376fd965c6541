package settings

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
)

// Command is `armonic config`.
func Command(g *Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the settings and where they come from",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(showCommand(g, s))
	return c
}

func showCommand(g *Global, s output.Streams) *cobra.Command {
	var agent, docs bool
	var format output.Format
	c := &cobra.Command{
		Use:   "show",
		Short: "Show each setting, and where its value comes from",
		Long: `Show each setting, and where its value comes from: the default, a file, the
environment, or a flag. Later ones win. The operator's commands read
/etc/armonic/cli.yaml and ~/.config/armonic/cli.yaml, agents /etc/armonic/agent.yaml.`,
		Example: "  armonic config show\n  armonic config show --agent --docs",
		RunE: func(*cobra.Command, []string) error {
			var all []config.Entry
			var err error
			if agent {
				_, all, err = g.Agent()
			} else {
				_, all, err = g.Client()
			}
			if err != nil {
				return err
			}
			if format.JSON() {
				return output.WriteJSON(s.Out, all)
			}
			return showConfig(s, all, docs)
		},
	}
	c.Flags().BoolVar(&agent, "agent", false, "the settings of an agent")
	c.Flags().BoolVar(&docs, "docs", false, "say what each setting means")
	format.Register(c)
	return c
}

func showConfig(s output.Streams, all []config.Entry, docs bool) error {
	var rows [][]string
	for _, e := range all {
		rows = append(rows, []string{e.Name, setting(e.Value), e.From})
		if docs {
			rows = append(rows, []string{"  " + e.Doc})
		}
	}
	return output.Table(s.Out, []string{"SETTING", "VALUE", "FROM"}, rows)
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
