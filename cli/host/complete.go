package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeSSH offers the hosts that the configuration of ssh names, after NAME= and USER@.
func completeSSH(_ *cobra.Command, _ []string, begun string) (out []string, _ cobra.ShellCompDirective) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	text, _ := os.ReadFile(filepath.Join(home, ".ssh", "config")) // need not be there
	before := begun[:strings.LastIndexAny(begun, "@=")+1]
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || !strings.EqualFold(words[0], "Host") {
			continue
		}
		for _, name := range words[1:] {
			if name = before + name; !strings.ContainsAny(name, "*?!\"") && strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
