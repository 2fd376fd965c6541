package reference

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/modules/interp"
)

// Limits is the table of what a module may use, in Markdown.
func Limits() string {
	rows := []struct{ name, what string }{
		{"step", fmt.Sprintf("%d steps of the interpreter for each file, %d for each call", interp.LoadSteps, interp.ActSteps)},
		{"time", fmt.Sprintf("%s of computing for loading all files, %s for each call; waiting for commands does not count", interp.LoadTime, interp.ActTime)},
		{"recursion", "none: a function may not call itself, directly or through others"},
		{"size", fmt.Sprintf("texts of a GiB; %d elements, nested %d deep, in a value that leaves the module", interp.MaxElements, interp.MaxDepth)},
	}
	var b strings.Builder
	b.WriteString("| limit | what is allowed |\n|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", r.name, r.what)
	}
	fmt.Fprintf(&b, "\nA file has up to %d KiB, and there are up to %d files. A command prints as much as it likes; of what it prints, the first\n"+
		"MiB comes back to the module. The message says which limit was met, and where.\n", interp.MaxFile>>10, interp.MaxFiles)
	return b.String()
}
