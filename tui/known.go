package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/deployments"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
)

// The messages about deployments that are not carried out here.
type (
	// known are the deployments that are kept, or that agents know.
	known struct {
		all  []rollout.Known
		errs []error
	}
	knownAgain struct{} // it is time to list them again
	details    struct {
		id   spec.DeploymentID
		what deployments.Details
	}
	// replayed is a session with the answers of a deployment; save writes them only.
	replayed struct {
		session *deploy.Session
		save    bool
		on      map[spec.Host]spec.Host // other hosts than there
		err     error
	}
)

// How often deployments are listed again as long as the list is shown: while one of them runs
// elsewhere, and otherwise, since somebody may begin one.
const (
	knownEvery  = 3 * time.Second
	knownAtRest = 15 * time.Second
)

// port is the way to deployments that are not carried out here.
func (m *Model) port() rollout.Deployments {
	return rollout.Deployments{Fleet: m.cfg.Fleet, Options: rollout.Options{By: m.cfg.By, Now: m.cfg.Now, Logs: m.cfg.Logs, Approval: m.cfg.Approve}}
}

// listKnown reads which deployments there are, besides those of this session.
func (m *Model) listKnown() tea.Cmd {
	if m.cfg.Logs == nil {
		return nil
	}
	ctx, port := m.ctx, m.port()
	return func() tea.Msg {
		all, errs := port.List(ctx)
		return known{all, errs}
	}
}

// onKnown takes which deployments there are, and looks again later.
func (m *Model) onKnown(x known) tea.Cmd {
	m.known, m.knownErrs, m.knownRead = x.all, x.errs, true
	if m.page() != m.pages.runs || m.listing {
		return nil
	}
	wait := knownAtRest
	if slices.ContainsFunc(x.all, func(k rollout.Known) bool { return k.State == "running" && m.ofSession(k.ID) == nil }) {
		wait = knownEvery
	}
	m.listing = true
	ctx := m.ctx
	return func() tea.Msg {
		if !pause(ctx, wait) {
			return nil
		}
		return knownAgain{}
	}
}

// runName is the name of the deployment that a run is part of, or its id if nobody knows more.
func (m *Model) runName(r spec.RunID) string {
	id, _, _ := strings.Cut(string(r), "/")
	if d := m.ofSession(spec.DeploymentID(id)); d != nil {
		return d.run.Name()
	}
	for _, k := range m.known {
		if string(k.ID) == id {
			return k.Name
		}
	}
	return "deployment " + id
}

// ofSession is the deployment of that id if it is, or was, carried out here.
func (m *Model) ofSession(id spec.DeploymentID) *deployment {
	for _, d := range m.deps {
		if d.exec != nil && d.exec.ID() == id {
			return d
		}
	}
	return nil
}

// listed puts together what was carried out here and what is known besides, the newest first.
func (m *Model) listed() []deployments.Row {
	var out []deployments.Row
	for _, d := range m.deps {
		if d.exec == nil {
			continue
		}
		s := d.run.Snapshot()
		k := rollout.Known{Here: true, Summary: rollout.Summary{ID: d.exec.ID(), Name: s.Name, Root: s.Root, By: m.cfg.By, Made: s.Made, Ended: s.Ended,
			State: string(d.run.State()), Awaits: s.WaitsFor(), Steps: s.Steps, StepsDone: s.StepsDone, ReplacedBy: s.ReplacedBy}}
		for _, t := range s.Tasks {
			if !slices.Contains(k.Hosts, t.Host) {
				k.Hosts = append(k.Hosts, t.Host)
			}
		}
		out = append(out, deployments.Row{Known: k, Here: true, Snapshot: s})
	}
	for _, x := range m.known {
		i := slices.IndexFunc(out, func(r deployments.Row) bool { return r.ID == x.ID })
		if i < 0 {
			out = append(out, deployments.Row{Known: x})
			continue
		}
		if out[i].By = x.By; x.State == "replaced" {
			out[i].State, out[i].ReplacedBy = x.State, x.ReplacedBy
		}
	}
	slices.SortStableFunc(out, func(a, b deployments.Row) int { return b.Made.Compare(a.Made) })
	for i := range out {
		if by := out[i].ReplacedBy; by != "" {
			if k := slices.IndexFunc(out, func(r deployments.Row) bool { return r.ID == by }); k >= 0 {
				out[i].Replacer = "made " + out[k].Made.Local().Format("Jan 2 15:04") + " by " + out[k].By
			}
		}
	}
	return out
}

// fillList gives the list what there is now.
func (m *Model) fillList() {
	m.deployments.Set(m.listed(), m.knownErrs, m.knownRead || m.cfg.Logs == nil, m.now)
}

// openList shows the list, read again.
func (m *Model) openList() tea.Cmd {
	m.show(m.pages.runs)
	return m.listKnown()
}

// wanted reads the details that the list wants, if it is shown.
func (m *Model) wanted() tea.Cmd {
	if m.page() == m.pages.lifecycle && m.links.conn.Up {
		return m.request(m.lifecycle.Want())
	}
	if m.page() == m.pages.catalogue && m.links.conn.Up {
		return m.request(m.catalogue.Want())
	}
	if m.page() != m.pages.runs || m.cfg.Logs == nil {
		return nil
	}
	x, ok := m.deployments.Want().(deployments.Read)
	if !ok {
		return nil
	}
	ctx, port := m.ctx, m.port()
	return func() tea.Msg {
		w, err := port.Attach(ctx, string(x.ID))
		if err != nil {
			return details{x.ID, deployments.Details{Err: err}}
		}
		return details{x.ID, deployments.Details{Snapshot: w.Snapshot()}}
	}
}

// requestKnown does what is asked for of any deployment, wherever it is carried out.
func (m *Model) requestKnown(x any) (tea.Cmd, bool) {
	switch x := x.(type) {
	case deployments.Open:
		return m.openDeployment(x.ID), true
	case deployments.GoOn:
		m.confirmResume(x.ID)
	case deployments.Rollback:
		return m.rollBack(x.ID), true
	case deployments.Replay:
		return m.replay(x.ID, false, nil), true
	case deployments.Save:
		return m.replay(x.ID, true, nil), true
	case deployments.Approval:
		return m.readRequest(string(x.ID)), true
	case plan.Approve, plan.Refuse:
		m.askApproval(x == any(plan.Approve{}))
	case deployments.ReplayOn:
		m.askOtherHosts(x)
	case deployments.OpenFile:
		m.askAnswers()
	default:
		return nil, false
	}
	return nil, true
}

// requestShown does what is asked for of the deployment that is shown.
func (m *Model) requestShown(x any) tea.Cmd {
	id := spec.DeploymentID("")
	if d := m.watched(); m.page() == m.pages.other && m.other != nil {
		id = m.other.id
	} else if d != nil {
		id = d.exec.ID()
	}
	switch x.(type) {
	case run.GoOn:
		m.confirmResume(id)
	case run.Replay:
		return m.replay(id, false, nil)
	case run.Save:
		return m.replay(id, true, nil)
	}
	return nil
}

// openDeployment shows a deployment: what is not carried out here is only watched.
func (m *Model) openDeployment(id spec.DeploymentID) tea.Cmd {
	d := m.ofSession(id)
	if d == nil {
		return m.attach(id)
	}
	m.cur = m.indexOf(d)
	m.show(m.pages.run)
	return nil
}

// replay plans a deployment with the answers of another, on other hosts if they are given, or asks
// where to save them.
func (m *Model) replay(id spec.DeploymentID, save bool, on map[spec.Host]spec.Host) tea.Cmd {
	ctx, port, groups := m.ctx, m.port(), m.cfg.Groups
	d := m.ofSession(id)
	return func() tea.Msg {
		var s *deploy.Session
		var err error
		if d != nil {
			s = d.exec.NewSession()
			err = d.exec.Move(ctx, s, on)
		} else {
			w, failed := port.Attach(ctx, string(id))
			if failed != nil {
				return replayed{err: failed}
			}
			s = w.Session()
			err = w.State().Move(ctx, s, on)
		}
		if err != nil {
			return replayed{err: err}
		}
		s.SetGroups(groups)
		return replayed{session: s, save: save, on: on, err: s.Settle(ctx)}
	}
}

func (m *Model) onReplayed(x replayed) tea.Cmd {
	m.fail("replay", x.err)
	if x.err != nil {
		return nil
	}
	d := &deployment{session: x.session}
	if x.save {
		m.askSave(d)
		return nil
	}
	d.build, d.plan = questions.New(m.look, x.session.Pattern()), plan.New(m.look)
	m.deps = append(m.deps, d)
	m.cur = len(m.deps) - 1
	m.show(m.pages.deploy)
	cmd := m.refreshed(d)
	m.message = "The same answers as before: p shows the plan; change what is to be different."
	if moved := written(x.on); moved != "" {
		m.message = "The same answers, with " + moved + ": p shows the plan; change what is to be different."
	}
	return cmd
}

// rollBack finds out what taking a deployment back would change.
func (m *Model) rollBack(id spec.DeploymentID) tea.Cmd {
	ctx, port, f := m.ctx, m.port(), m.cfg.Fleet
	m.message = "The hosts are asked what would be taken back ..."
	if d := m.ofSession(id); d != nil {
		return previewRollback(ctx, d)
	}
	return func() tea.Msg {
		w, err := port.Attach(ctx, string(id))
		if err != nil {
			return rollbackPlanned{err: err}
		}
		p, err := w.PlanRollback(ctx, nil)
		if err != nil {
			return rollbackPlanned{err: err}
		}
		return rollbackPlanned{id: id, name: w.State().Name, plan: p, previews: deploy.Preview(ctx, f, p.Plan)}
	}
}

func previewRollback(ctx context.Context, d *deployment) tea.Cmd {
	exec, name := d.exec, d.run.Name()
	return func() tea.Msg {
		p, err := exec.PlanRollback(ctx, nil)
		if err != nil {
			return rollbackPlanned{dep: d, err: err}
		}
		return rollbackPlanned{dep: d, name: name, plan: p, previews: exec.PreviewRollback(ctx, p)}
	}
}

// takeBack carries a rollback out, of a deployment that is not of this session.
func (m *Model) takeBack(id spec.DeploymentID, p *rollout.Rollback, previews map[resolver.TaskID]deploy.TaskPreview) tea.Cmd {
	ctx, port := m.ctx, m.port()
	return func() tea.Msg {
		exec, err := port.Resume(context.WithoutCancel(ctx), string(id))
		if err != nil {
			return resumed{ref: string(id), err: err}
		}
		if err := exec.Rollback(p, previews); err != nil {
			exec.Close()
			return resumed{ref: string(id), err: err}
		}
		return resumed{ref: string(id), exec: exec}
	}
}
