package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
)

// configuration is an operation on a part of a service's configuration.
type configuration struct {
	Operation
	validate []string
	owed     []actOperation
}

// configures gives an operation the parameters validate, reload and restart.
func configures(d Definition) Definition {
	create := d.New
	d.Params = append(d.Params, Param{Name: "validate", Type: Texts,
		Doc: "A program that checks the configuration, such as [\"nginx\", \"-t\"]. It is run before anything is changed, and sees the change " +
			"at its place, which nobody else does. If it refuses, nothing is changed, unless the configuration was broken before."},
		Param{Name: "reload", Type: Texts, Doc: "Services that are owed a reload if this changes anything, as by ctx.host.reload."},
		Param{Name: "restart", Type: Texts, Doc: "Services that are owed a restart then."})
	d.New = func(a Arguments) (Operation, error) {
		o, err := create(a)
		if err != nil {
			return o, err
		}
		c := configuration{Operation: o, validate: a.list("validate")}
		for _, verb := range []view.Verb{view.Reload, view.Restart} {
			for _, name := range a.list(string(verb)) {
				if err := view.CheckService(name); err != nil {
					return o, err
				}
				c.owed = append(c.owed, actOperation{verb, name})
			}
		}
		return c, nil
	}
	return d
}

// Plan says what would change. What is owed by it comes first, so that it is not forgotten
// if the change was made when the agent died.
func (o configuration) Plan(ctx context.Context, v view.View) ([]Change, error) {
	changes, err := o.Operation.Plan(ctx, v)
	if err != nil || len(changes) == 0 {
		return changes, err
	}
	changes[len(changes)-1].Validate = o.validate
	var owed []Change
	for _, act := range o.owed {
		more, err := act.Plan(ctx, v)
		if err != nil {
			return nil, err
		}
		owed = append(owed, more...)
	}
	return append(owed, changes...), nil
}

// Check has programs validate changes before they are made, all together. The error is
// what one says against them. already is what it says if it said so before as well: then
// they may be made, as what is broken could not be repaired otherwise.
func Check(ctx context.Context, v view.View, changes ...Change) (already string, err error) {
	objects := make([]view.Named, len(changes))
	for i, c := range changes {
		objects[i] = view.Named{Key: c.Key, Object: c.After}
	}
	for _, c := range changes {
		if len(c.Validate) == 0 {
			continue
		}
		said, err := v.Validate(ctx, c.Validate, objects...)
		if err != nil {
			return "", err
		}
		if said != "" {
			already = said
		}
	}
	return already, nil
}
