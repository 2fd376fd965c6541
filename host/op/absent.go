package op

import (
	"context"
	"path"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// absentOperation wants nothing to be at a path.
type absentOperation struct{ path string }

func absent() Definition {
	return Definition{
		Name: "absent", Required: 1,
		Doc:    "No file, link or directory is there. A directory that is not empty is an error: what is in it may be somebody's.",
		Params: []Param{{Name: "path", Doc: "What is to go."}},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			return absentOperation{p}, err
		},
	}
}

// Removed is the path that an operation wants to be free, "" if it is another operation.
func Removed(o Operation) string {
	if c, ok := o.(configuration); ok {
		o = c.Operation
	}
	a, _ := o.(absentOperation)
	return a.path
}

// Plan says what would change.
func (o absentOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	now, err := v.Get(o.path)
	if err != nil || now.Kind == view.Nothing {
		return nil, err
	}
	if now.Kind == view.Other {
		return nil, wrongKind(o.path, now, view.File)
	}
	if now.Kind == view.Directory {
		names, err := v.List(o.path)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			return nil, spec.Errorf(spec.Conflict, "the directory %s is not empty: it has %s", o.path, path.Join(o.path, names[0])).
				WithHint("remove what is in it first, each by its path")
		}
	}
	return []Change{{Key: o.path, Before: now}}, nil
}
