package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
)

// directoryOperation wants a directory.
type directoryOperation struct {
	path string
	access
}

func directory() Definition {
	return Definition{
		Name: "directory", Required: 1,
		Doc:    "A directory. Those above it that are missing are made, too. What is in it stays.",
		Params: append([]Param{{Name: "path", Doc: "Where it is."}}, accessParams("0755")...),
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			o := directoryOperation{path: p}
			o.access, err = a.access()
			return o, err
		},
	}
}

// Plan says what would change.
func (o directoryOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	now, err := v.Get(o.path)
	if err != nil {
		return nil, err
	}
	if now.Kind != view.Nothing && now.Kind != view.Directory {
		return nil, wrongKind(o.path, now, view.Directory)
	}
	return put(v, o.path, now, o.of(v, now, view.Object{Kind: view.Directory}, 0o755))
}
