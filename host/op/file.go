package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// fileOperation wants a file to have a content.
type fileOperation struct {
	path, content string
	access
}

func file() Definition {
	return Definition{
		Name: "file", Required: 2,
		Doc: "A file with this content. Directories that are missing are made. It is replaced at once, so that nobody sees a part of it.",
		Params: append([]Param{
			{Name: "path", Doc: "Where it is."},
			{Name: "content", Secret: true, Doc: "All that is in it; a text ends with a newline."},
		}, accessParams("0644")...),
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			o := fileOperation{path: p, content: a["content"]}
			o.access, err = a.access()
			return o, err
		},
	}
}

// Plan says what would change.
func (o fileOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	return planFile(v, o.path, o.access, func(string) (string, error) { return o.content, nil })
}

// planFile plans that a file has the content that edit makes of what it has now, "" if
// there is none.
func planFile(v view.View, p string, a access, edit func(content string) (string, error)) ([]Change, error) {
	now, err := v.Get(p)
	if err != nil {
		return nil, err
	}
	if now.Kind != view.Nothing && now.Kind != view.File {
		return nil, wrongKind(p, now, view.File)
	}
	content, err := edit(now.Content)
	if err != nil {
		return nil, err
	}
	if len(content) > view.MaxContent {
		return nil, spec.Errorf(spec.Invalid, "%s would have more than %d MiB", p, view.MaxContent>>20).WithHint("fetch it with ctx.host.run, and undo = [\"rm\", …]")
	}
	return put(v, p, now, a.of(v, now, view.Object{Kind: view.File, Content: content}, 0o644))
}
