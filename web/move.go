package web

import (
	"context"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// shownMove is the way of a lifecycle to a state that was shown last.
type shownMove struct {
	key string
	*deploy.Move
}

// moving is what the page shows before a lifecycle is brought to a state.
type moving struct {
	*deploy.Move
	Key     string // of what is shown: that is done, or nothing
	Own     repairs
	Others  []repairs // what was called of others and is taken back
	Forever int       // changes that cannot be taken back
	May     rights
}

// repairs is what is done with one lifecycle.
type repairs struct {
	Service spec.Path
	Steps   []planStep
}

func repairsOf(r *deploy.Repair) repairs {
	out := repairs{Service: r.Service}
	for i, s := range r.Work.Steps {
		x := planStep{Step: s}
		if i < len(r.Preview) {
			x.Preview = &r.Preview[i]
		}
		out.Steps = append(out.Steps, x)
	}
	return out
}

// movePage shows what bringing a lifecycle to a state undoes, and whom it breaks.
func movePage(v *visit) error {
	view, err := v.hostView()
	if err != nil {
		return err
	}
	to := spec.Path("/" + string(view.Host) + "/" + v.r.PathValue("lifecycle")).Join(v.r.URL.Query().Get("to"))
	m, err := deploy.PlanMove(v.r.Context(), v.Fleet, to)
	if err != nil {
		return err
	}
	out := moving{Move: m, Key: newToken(), Own: repairsOf(&m.Repair)}
	out.May.add(view.Host, &view.Info)
	for i := range m.Preview {
		out.Forever += forever(&m.Preview[i])
	}
	for i := range m.Also {
		out.Others = append(out.Others, repairsOf(&m.Also[i]))
	}
	v.Desk.mu.Lock()
	v.Desk.move = shownMove{out.Key, m}
	v.Desk.mu.Unlock()
	return v.show("move", "fleet", "Move to "+to.State(), out)
}

// move does what was shown.
func move(v *visit) error {
	v.Desk.mu.Lock()
	shown := v.Desk.move
	v.Desk.move = shownMove{}
	v.Desk.mu.Unlock()
	here := "/hosts/" + v.r.PathValue("host") + "/" + v.r.PathValue("lifecycle")
	if shown.Move == nil || !same(shown.key, v.r.PostFormValue("shown")) {
		return v.say(here, "Something else was shown last: choose the state again.")
	}
	if err := deploy.ObserverError(deploy.Observed(v.r.Context(), v.Fleet, []spec.Host{shown.To.Host()})); err != nil {
		return err
	}
	newID := func() spec.RunID { return spec.RunID(rollout.NewID(v.conf.Now())) }
	ctx := context.WithoutCancel(v.r.Context()) // it goes on when the page is left
	if err := shown.Carry(ctx, v.Fleet, newID, v.Who, v.r.PostFormValue("keep") != ""); err != nil {
		return err
	}
	return v.say(here, "%s is in %s.", shown.Service.Lifecycle(), shown.To.State())
}
