package lookup

import (
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
)

// Commands are all commands of the package.
func Commands(g *settings.Global, s output.Streams) []*cobra.Command {
	return []*cobra.Command{
		List(g, s), newInfo(g, s), newLifecycle(g, s), newState(g, s), newStateCurrent(g, s),
		newProvide(g, s), newXPath(g, s), newHistory(g, s), newPlot(g, s),
	}
}
