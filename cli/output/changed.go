package output

import (
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/spec"
)

// changedStop is how the default of --changed is written.
const changedStop = "stop"

// ChangedFlag registers --changed.
func ChangedFlag(c *cobra.Command, into *string) {
	c.Flags().StringVar(into, "changed", changedStop, "what to do about something that is to be taken back and was changed since: `stop`, keep (leave it as it is) or overwrite")
	_ = c.RegisterFlagCompletionFunc("changed", cobra.FixedCompletions([]string{changedStop, string(spec.ChangedKeep), string(spec.ChangedOverwrite)}, cobra.ShellCompDirectiveNoFileComp))
}

// ParseChanged reads the value of --changed.
func ParseChanged(text string) (spec.Changed, error) {
	switch c := spec.Changed(text); c {
	case changedStop, "":
		return spec.ChangedStop, nil
	case spec.ChangedKeep, spec.ChangedOverwrite:
		return c, nil
	}
	return "", Exit(ExitUsage, spec.Errorf(spec.Invalid, "--changed cannot be %q", text).WithHint("stop, keep or overwrite"))
}
