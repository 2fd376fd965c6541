package output

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/armonic/armonic/spec"
)

// GivenUsage says in help what Given takes.
const GivenUsage = "VALUE - asks, or reads a line of standard input; @FILE is what is in a file; @=TEXT is the text as it is"

// Given is the value that an argument of the command line means: as arguments can be seen
// by every user of the machine, a secret is asked for, read from standard input, or from a
// file. Name is what is asked for, if the input is a terminal.
func (p *Prompter) Given(ctx context.Context, name, text string) (string, error) {
	rest, isFile := strings.CutPrefix(text, "@")
	switch literal, isLiteral := strings.CutPrefix(rest, "="); {
	case text == "-":
		if p.terminal() != nil {
			p.Say("%s: ", name)
		}
		line, err := p.Secret(ctx)
		if errors.Is(err, io.EOF) {
			return "", spec.Errorf(spec.Invalid, "standard input has no line for %s", name).WithHint("echo VALUE | armonic …, or %s=@FILE", name)
		}
		return line, err
	case isFile && isLiteral:
		return literal, nil
	case isFile:
		content, err := spec.ReadText(rest)
		if err != nil {
			return "", spec.Errorf(spec.Invalid, "the value of %s cannot be read: %v", name, err).WithHint("a value that begins with @ is written %s=@=%s", name, text)
		}
		return strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r"), nil
	}
	return text, nil
}
