package op

import (
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
)

// planning is an operation that is a function.
type planning func(ctx context.Context, v view.View) ([]Change, error)

// Plan says what would change.
func (p planning) Plan(ctx context.Context, v view.View) ([]Change, error) { return p(ctx, v) }

// planSeveral plans operations one after the other, each on the host as it would be after
// those before it.
func planSeveral(ctx context.Context, v view.View, several ...Operation) (out []Change, err error) {
	over := view.NewOverlay(v)
	for _, o := range several {
		changes, err := o.Plan(ctx, over)
		if err != nil {
			return nil, err
		}
		if _, err := Apply(ctx, over, changes...); err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	return out, nil
}

// started is something that a unit of ours does, which is enabled and started.
type started struct {
	files   []fileOperation // in the order in which they are written
	unit    string
	changed view.Verb // what it is owed if it runs, and a file is another one
}

// plan plans that all of it is there, or nothing.
func (s started) plan(ctx context.Context, v view.View, present bool) ([]Change, error) {
	var several []Operation
	if !present {
		no := false
		several = append(several, serviceOperation{s.unit, &no, &no})
		for _, f := range slices.Backward(s.files) {
			several = append(several, absentOperation{f.path})
		}
		return planSeveral(ctx, v, several...)
	}
	for _, f := range s.files {
		several = append(several, f)
	}
	written, err := planSeveral(ctx, v, several...)
	if err != nil {
		return nil, err
	}
	is, err := v.Get(string(view.Service) + " " + s.unit)
	if err != nil {
		return nil, err
	}
	if len(written) > 0 && view.ParseService(is.Content).IsRunning() {
		several = append([]Operation{actOperation{s.changed, s.unit}}, several...) // first, see configuration
	}
	yes := true
	return planSeveral(ctx, v, append(several, serviceOperation{s.unit, &yes, &yes})...)
}

// unitFile is the file of a unit, of lines; those that are empty begin a section.
func unitFile(name string, lines ...string) fileOperation {
	return fileOperation{path: view.UnitDirectory + "/" + name, content: strings.Join(lines, "\n") + "\n"}
}

// inUnit is a text as the value of a setting of a unit.
func inUnit(text string) string { return strings.ReplaceAll(text, "%", "%%") }
