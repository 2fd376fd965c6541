package deploy

import (
	"context"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// resumeRun goes on with a deployment. With flags that say other values, or with
// --plan-again, what is left is planned again first.
func (d *deployment) resumeRun(ctx context.Context) error {
	if err := d.checkFlags(); err != nil {
		return d.show.Failure(err)
	}
	if len(d.on) > 0 || d.name != "" {
		return d.show.Failure(spec.Errorf(spec.Invalid, "--resume goes on with a deployment as it is: its host and its name stay"))
	}
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return d.show.Failure(err)
	}
	defer closeFleet()
	opt, err := d.options()
	if err != nil {
		return d.show.Failure(err)
	}
	r, err := rollout.Deployments{Fleet: fleet, Options: opt}.Resume(ctx, d.resume)
	if err != nil {
		return d.show.Failure(err)
	}
	d.newPrompter()
	c := d.carrier(true)
	if d.planAgain || len(d.set)+len(d.hosts)+len(d.rolling) > 0 || d.answers != "" {
		err = d.replan(ctx, fleet, r)
	} else if err = r.Continue(); err == nil {
		c.retry(ctx, r, nil)
	}
	if err != nil || d.dryRun {
		r.Close()
		return err
	}
	return c.carryOut(ctx, fleet, r)
}

// replan plans what is left again, with the answers of before and what flags say.
func (d *deployment) replan(ctx context.Context, fleet deploy.Fleet, r *rollout.Rollout) error {
	d.session = r.NewSession()
	if err := d.setGroups(); err != nil {
		return d.show.Failure(err)
	}
	if err := d.applyFlags(ctx); err != nil {
		return d.show.Failure(err)
	}
	if err := d.complete(ctx, fleet); err != nil {
		return d.show.Failure(err)
	}
	previews, err := d.confirm(ctx, fleet, r.Rest(d.session))
	if err != nil || d.dryRun {
		return err
	}
	opt, err := d.options()
	if err != nil {
		return err
	}
	opt.Shown = previews
	return r.Replan(d.session, opt)
}
