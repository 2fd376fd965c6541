package module

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
)

// Command makes the command with its own below it.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "module",
		Short: "Write, check, test and read modules",
		Long: `Write, check, test and read modules: lifecycles in Starlark, the small Python for
configuration. docs/modules.md begins at the beginning. Nothing here touches a host.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newNew(s), newCheck(g, s), newTest(g, s), newDoc(g, s), newFmt(s), newStubs(s))
	return c
}

// atMostOneDir takes the folder or file of modules that a command is about, by
// default the working directory.
func atMostOneDir(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return spec.Errorf(spec.Invalid, "it takes one DIR, not %d", len(args))
	}
	return nil
}

// finding is an error or a warning in JSON.
type finding struct {
	At      string `json:"at"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func findings(es []*spec.Error) []finding {
	out := make([]finding, len(es))
	for i, e := range es {
		msg := e.Msg
		if e.Op != "" {
			msg = "cannot " + e.Op + ": " + msg
		}
		out[i] = finding{e.At, msg, e.Hint}
	}
	return out
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
