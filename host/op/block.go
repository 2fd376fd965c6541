package op

import (
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// blockOperation wants lines between two marks to be in a file.
type blockOperation struct{ path, text, begin, end string }

func block() Definition {
	return Definition{
		Name: "block", Required: 2,
		Doc: "Lines in a file that others keep, between two marks: those that are there are replaced, else they are added at the end.",
		Params: []Param{
			{Name: "path", Doc: "Where the file is; it is made if it is missing."},
			{Name: "text", Secret: true, Doc: "The lines."},
			{Name: "name", Default: "armonic", Doc: "What the marks say, to tell several blocks of a file apart."},
			{Name: "comment", Default: "#", Doc: "What begins a comment in the file."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			for _, name := range []string{"name", "comment"} {
				if a[name] == "" || strings.ContainsAny(a[name], "\r\n") {
					return nil, spec.Errorf(spec.Invalid, "%s must be a text on one line", name)
				}
			}
			o := blockOperation{path: p, text: endLine(a["text"]), begin: a["comment"] + " BEGIN " + a["name"], end: a["comment"] + " END " + a["name"]}
			for l := range strings.Lines(o.text) {
				if l = strings.TrimSuffix(l, "\n"); l == o.begin || l == o.end {
					return nil, spec.Errorf(spec.Invalid, "the text has the mark %q in it", l).WithHint("give the block another name")
				}
			}
			return o, nil
		},
	}
}

// Plan says what would change.
func (o blockOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	return planPart(v, o.path, o.edit)
}

func (o blockOperation) file() string { return o.path }

func (o blockOperation) edit(content string) (string, error) {
	lines := splitLines(content)
	find := func(mark string) (at, n int) {
		at = -1
		for i, l := range lines {
			if strings.TrimRight(l, "\r\n") == mark {
				if n++; at < 0 {
					at = i
				}
			}
		}
		return at, n
	}
	begin, begins := find(o.begin)
	end, ends := find(o.end)
	switch {
	case begins == 0 && ends == 0:
		return endLine(content) + o.begin + "\n" + o.text + o.end + "\n", nil
	case begins != 1 || ends != 1 || end < begin:
		return "", spec.Errorf(spec.Conflict, "%s does not have the marks %q and %q once each, in this order", o.path, o.begin, o.end).
			WithHint("somebody changed them: mend the file, or remove both")
	}
	return strings.Join(slices.Concat(lines[:begin+1], []string{o.text}, lines[end:]), ""), nil
}
