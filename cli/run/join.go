package run

import (
	"errors"
	"fmt"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// join makes one error of those of several hosts. Its code is that of the first.
func join(targets []spec.Path, errs []error) error {
	var texts []string
	var first error
	for i, err := range errs {
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, output.ErrPrinted) {
			texts = append(texts, fmt.Sprintf("%s: %v", targets[i].Host(), err))
		}
	}
	if len(texts) == 0 || len(errs) == 1 {
		return first
	}
	return output.Exit(output.ExitCode(first), spec.Errorf(spec.KindOf(first), "%s", strings.Join(texts, "\n")).WithHint("%s", spec.HintOf(first)))
}
