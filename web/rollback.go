package web

import (
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// shownRollback is the rollback that was shown last.
type shownRollback struct {
	key      string
	of       spec.DeploymentID
	rollback *rollout.Rollback
	preview  previews
}

// rollbackPage shows what rolling a deployment back, or some hosts of it, would do. One that is
// not carried out here is only taken over when that is done.
func rollbackPage(v *visit) error {
	src, err := v.source()
	if err != nil {
		return err
	}
	p, err := src.planRollback(v.r.Context(), deploy.ParseHosts(v.r.URL.Query().Get("on")))
	if err != nil {
		return err
	}
	if len(p.Plan.Tasks) == 0 {
		return spec.Errorf(spec.Invalid, "there is nothing to roll back")
	}
	shown := shownRollback{newToken(), src.summary().ID, p, deploy.Preview(v.r.Context(), v.Fleet, p.Plan)}
	v.Desk.mu.Lock()
	v.Desk.back = shown
	v.Desk.mu.Unlock()
	out := planOf(p.Plan, shown.preview)
	out.Title, out.RollbackOf, out.RollbackKey, out.Problems = src.summary().Name, shown.of, shown.key, p.Problems
	out.May, out.Demanded = v.may(planned(out)), v.demanded(p.Plan, shown.preview)
	out.window(v)
	return v.show("plan", "deployments", "Roll back "+out.Title, out)
}

// rollback does what was shown.
func rollback(v *visit) error {
	id := spec.DeploymentID(v.r.PathValue("id"))
	here := "/deployments/" + string(id)
	v.Desk.mu.Lock()
	shown := v.Desk.back
	v.Desk.back = shownRollback{}
	v.Desk.mu.Unlock()
	if shown.of != id || !same(shown.key, v.r.PostFormValue("shown")) {
		return v.say(here+"/rollback", "Something else was shown last: look again at what is rolled back.")
	}
	p := planOf(shown.rollback.Plan, shown.preview)
	if want := p.Confirm(); want != "" && v.r.PostFormValue("confirm") != want {
		return v.say(here+"/rollback", "Type the number of hosts, %s, to go on.", want)
	}
	do := func(r *rollout.Rollout) error { return r.Rollback(shown.rollback, shown.preview) }
	var err error
	if c := v.carried(id); c != nil {
		err = do(c.Rollout)
	} else {
		err = v.takeOver(id, do)
	}
	if err != nil {
		return err
	}
	return v.goTo(here)
}
