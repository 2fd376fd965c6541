package module

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/modules/reference"
)

func newStubs(s output.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "stubs",
		Short: "Print what editors need to know of modules",
		Long: `Print a stub file, armonic.pyi, from which editors that know Python complete and describe
what modules can use.`,
		Example: "  armonic module stubs > armonic.pyi",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(s.Out, reference.Stubs())
			return err
		},
	}
}
