package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
)

// version is what `armonic version -o json` prints.
type version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"` // unknown if the source was no checkout
	Date    string `json:"date,omitempty"`   // of the commit, RFC 3339
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func thisVersion() version {
	var settings []debug.BuildSetting
	if info, ok := debug.ReadBuildInfo(); ok {
		settings = info.Settings
	}
	return version{inprocess.Version(), inprocess.Commit(settings), inprocess.Date(settings), runtime.Version(), runtime.GOOS, runtime.GOARCH}
}

// String is the line that people are shown.
func (v version) String() string {
	built := ""
	if v.Commit != "" {
		built = " commit " + v.Commit
	}
	if day, _, ok := strings.Cut(v.Date, "T"); ok {
		built += " of " + day
	}
	return fmt.Sprintf("armonic %s%s %s %s/%s", v.Version, built, v.Go, v.OS, v.Arch)
}

func newVersion(s output.Streams) *cobra.Command {
	var form output.Format
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the commit that it was built from, with its date",
	}
	form.Register(c)
	c.RunE = func(*cobra.Command, []string) error {
		if form.JSON() {
			return output.WriteJSON(s.Out, thisVersion())
		}
		output.Printf(s.Out, "%s\n", thisVersion())
		return nil
	}
	return c
}
