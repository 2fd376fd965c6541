package op

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// lineOperation wants a line to be in a file, in the place of another one if one matches.
type lineOperation struct {
	path, text string
	match      *regexp.Regexp // nil: no other line
}

func line() Definition {
	return Definition{
		Name: "line", Required: 2,
		Doc: "A line of a file: the one that match finds becomes it; if there is none, it is added at the end. All else stays.",
		Params: []Param{
			{Name: "path", Doc: "Where the file is; it is made if it is missing."},
			{Name: "text", Secret: true, Doc: "The line, without a newline."},
			{Name: "match", Doc: "A regular expression (RE2) for the whole line that it replaces. That several match is an error."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			o := lineOperation{path: p, text: a["text"]}
			if strings.ContainsAny(o.text, "\r\n") {
				return nil, spec.Errorf(spec.Invalid, "a line has a newline in it").WithHint("for several lines use ctx.host.block")
			}
			if a["match"] != "" {
				if o.match, err = regexp.Compile(`\A(?:` + a["match"] + `)\z`); err != nil {
					return nil, spec.Errorf(spec.Invalid, "match is no regular expression: %v", err)
				}
			}
			return o, nil
		},
	}
}

// Plan says what would change.
func (o lineOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	return planPart(v, o.path, o.edit)
}

func (o lineOperation) file() string { return o.path }

func (o lineOperation) edit(content string) (string, error) {
	lines := splitLines(content)
	at := -1
	for i, l := range lines {
		bare := strings.TrimRight(l, "\r\n")
		if bare != o.text && (o.match == nil || !o.match.MatchString(bare)) {
			continue
		}
		if at >= 0 {
			return "", spec.Errorf(spec.Conflict, "%s has several lines that could be meant: %d and %d", o.path, at+1, i+1).
				WithHint("make match fit one of them only")
		}
		at = i
	}
	if at < 0 {
		return endLine(content) + o.text + "\n", nil
	}
	lines[at] = o.text + lines[at][len(strings.TrimRight(lines[at], "\r\n")):]
	return strings.Join(lines, ""), nil
}

// splitLines gives the lines with their ends.
func splitLines(s string) []string { return slices.Collect(strings.Lines(s)) }

// endLine ends the last line.
func endLine(s string) string {
	if s != "" && !strings.HasSuffix(s, "\n") {
		return s + "\n"
	}
	return s
}
