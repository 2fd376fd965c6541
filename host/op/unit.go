package op

import (
	"context"
	"regexp"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// unitOperation wants a unit of systemd, or a part of one, to be written by us.
type unitOperation struct {
	name, content string
}

func unit() Definition {
	return Definition{
		Name: "unit", Required: 2,
		Doc: "A unit of systemd, in " + view.UnitDirectory + "; systemd reads it at once. It is not started by that: ctx.host.service does, and ctx.host.restart if it runs.",
		Params: []Param{
			{Name: "name", Doc: "Its name with the suffix: app.service; or that of a drop-in: nginx.service.d/limits.conf."},
			{Name: "content", Doc: "All that is in it."},
		},
		New: func(a Arguments) (Operation, error) {
			name := a["name"]
			if !regexp.MustCompile(`^[A-Za-z0-9:_\\@-][A-Za-z0-9:_.\\@-]*\.[a-z]+(\.d/[A-Za-z0-9:_@-][A-Za-z0-9:_.\\@-]*\.conf)?$`).MatchString(name) {
				return nil, spec.Errorf(spec.Invalid, "%q is no name of a unit", name).WithHint("such as app.service, app.timer or nginx.service.d/limits.conf")
			}
			return unitOperation{name, a["content"]}, nil
		},
	}
}

// Plan says what would change.
func (o unitOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	return planFile(v, view.UnitDirectory+"/"+o.name, access{}, func(string) (string, error) { return o.content, nil })
}
