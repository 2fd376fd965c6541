package run

import (
	"fmt"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// printProblems reports what is wrong with the values.
func (c *command) printProblems(problems []spec.Problem) error {
	if c.JSON() {
		if problems == nil {
			problems = []spec.Problem{}
		}
		if err := output.WriteJSON(c.Out, struct {
			OK       bool           `json:"ok"`
			Problems []spec.Problem `json:"problems"`
		}{len(problems) == 0, problems}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			_, _ = fmt.Fprintf(c.Out, "%s  %s\n", p.Path, output.Clean(p.Msg))
			output.Detail(c.Out, "hint", p.Hint)
		}
		if len(problems) == 0 {
			_, _ = fmt.Fprintln(c.Out, "nothing is wrong")
		}
	}
	if len(problems) > 0 {
		return output.Exit(output.ExitAnswers, nil)
	}
	return nil
}
