package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
)

// RunOn is Main for a fleet that no flag names.
func RunOn(f deploy.Fleet, args []string, s Streams) int {
	return runCommand(context.Background(), &settings.Global{Fleet: f}, args, s)
}

// Commands lists all commands, "armonic state", with the names of their own flags;
// "armonic" has those of every command.
func Commands() map[string][]string {
	out := map[string][]string{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		out[c.CommandPath()] = []string{}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				out[c.CommandPath()] = append(out[c.CommandPath()], f.Name)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(&settings.Global{}, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}))
	return out
}

// Parse says whether a command line names a command and flags that there are.
func Parse(args []string) error {
	root := newRoot(&settings.Global{}, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

// Run is Main in the process of a test.
func Run(args []string, s Streams) int { return execute(args, s, &settings.Global{}) }

// CollectGarbage is what Main begins with.
func CollectGarbage() { collectGarbage() }
