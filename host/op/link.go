package op

import (
	"context"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// linkOperation wants a symbolic link.
type linkOperation struct{ path, target string }

func link() Definition {
	return Definition{
		Name: "link", Required: 2,
		Doc: "A symbolic link. One that leads elsewhere is changed; a file or directory in its place is an error.",
		Params: []Param{
			{Name: "path", Doc: "Where it is."},
			{Name: "target", Doc: "Where it leads, which need not exist."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err == nil && (a["target"] == "" || strings.ContainsRune(a["target"], 0)) {
				err = spec.Errorf(spec.Invalid, "%q is no target of a link", a["target"])
			}
			return linkOperation{p, a["target"]}, err
		},
	}
}

// Plan says what would change.
func (o linkOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	now, err := v.Get(o.path)
	if err != nil {
		return nil, err
	}
	if now.Kind != view.Nothing && now.Kind != view.Link {
		return nil, wrongKind(o.path, now, view.Link)
	}
	after := access{}.of(v, now, view.Object{Kind: view.Link, Target: o.target}, 0)
	return put(v, o.path, now, after)
}
