package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
)

func newVersion(s output.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(s.Out, "armonic %s %s %s/%s\n", inprocess.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
