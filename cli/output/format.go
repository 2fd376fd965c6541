package output

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/spec"
)

// Format is what a command's flag -o says: plain, json, and of some quiet.
type Format struct {
	name    string
	choices []string
}

// Register adds the flag -o to a command, which besides plain and json knows more.
func (f *Format) Register(c *cobra.Command, more ...string) {
	f.name, f.choices = "plain", append([]string{"plain", "json"}, more...)
	c.Flags().VarP(f, "output", "o", "`FORMAT`: "+f.list())
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.choices, cobra.ShellCompDirectiveNoFileComp))
}

func (f *Format) list() string {
	last := len(f.choices) - 1
	return strings.Join(f.choices[:last], ", ") + " or " + f.choices[last]
}

// JSON reports whether the output is for programs.
func (f *Format) JSON() bool { return f.name == "json" }

// String is the chosen format.
func (f *Format) String() string { return f.name }

// Type is that of the flag's value.
func (f *Format) Type() string { return "string" }

// Set chooses a format.
func (f *Format) Set(name string) error {
	if !slices.Contains(f.choices, name) {
		return spec.Errorf(spec.Invalid, "there is no output format %q", name).WithHint("-o %s", f.list())
	}
	f.name = name
	return nil
}
