package tui

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/widget"
)

// rollbackPlanned says what would take a deployment back.
type rollbackPlanned struct {
	dep      *deployment       // of this session, or nil:
	id       spec.DeploymentID // of any other
	name     string
	plan     *rollout.Rollback
	previews map[resolver.TaskID]deploy.TaskPreview
	err      error
}

// resumed is a deployment that is gone on with here.
type resumed struct {
	ref  string
	exec *rollout.Rollout
	err  error
}

// decide does what is asked for of a deployment that did not come to its end.
func (m *Model) decide(d *deployment, x widget.Request) tea.Cmd {
	if d == nil {
		return nil
	}
	switch x := x.(type) {
	case run.Cancel:
		m.confirmCancel(d)
	case run.Retry:
		m.confirmRetry(d, x.Task)
	case run.Confirm:
		ctx := m.ctx
		return func() tea.Msg { return finished{key: "confirm", dep: d, err: d.exec.Confirm(ctx, x.Task)} }
	case run.Skip:
		m.askReason(d, x.Task, "Go on without it?", "What depends on it goes on as though it were done. Why is it skipped?", func(id resolver.TaskID, why string) error {
			return d.exec.Skip(id, why)
		})
	case run.MarkDone:
		m.askReason(d, x.Task, "Was it done by hand?", "It is taken as done. How was it done?", func(id resolver.TaskID, why string) error {
			return d.exec.MarkDone(id, why, nil)
		})
	case run.Edit:
		m.cur = m.indexOf(d)
		d.planned = false
		m.show(m.pages.deploy)
		m.message = "What is left is planned again: change what you want, p shows the plan, R goes on."
		d.session.Forget()
		return m.refreshed(d)
	case run.Rollback:
		return m.rollBack(d.exec.ID())
	}
	return nil
}

func (m *Model) indexOf(d *deployment) int {
	for i, x := range m.deps {
		if x == d {
			return i
		}
	}
	return m.cur
}

// askReason asks why somebody decides so about a task, and does it.
func (m *Model) askReason(d *deployment, id resolver.TaskID, title, text string, do func(resolver.TaskID, string) error) {
	what := string(id)
	if t := d.run.Snapshot().Task(id); t != nil {
		what = t.Lifecycle + " on " + string(t.Host)
	}
	m.open(&popup{title: title, text: []string{what, text}, field: &widget.Field{}, enter: "does it", done: func(why string) tea.Cmd {
		why = strings.TrimSpace(why)
		if why == "" {
			m.message = "Nothing was done: say why, for those who look at it later."
			return nil
		}
		return func() tea.Msg { return finished{key: "retry", dep: d, err: do(id, why)} }
	}})
}

// handleDecision takes what was found out for a decision.
func (m *Model) handleDecision(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case rollbackPlanned:
		return m.onRollbackPlanned(msg)
	case resumed:
		return m.onResumed(msg)
	case known:
		return m.onKnown(msg)
	case knownAgain:
		m.listing = false
		if m.page() == m.pages.runs {
			return m.listKnown()
		}
	case details:
		m.deployments.SetDetails(msg.id, msg.what)
	case draftsLeft:
		return m.onDraftsLeft(msg)
	case movePlanned:
		m.lifecycle.SetMove(msg.to, msg.move, msg.err)
	case moved:
		return m.onMoved(msg)
	case asked:
		m.catalogue.SetAsks(msg.pattern, msg.asks)
	case answersRead:
		return m.onAnswersRead(msg)
	case draftKept:
		return m.onDraftKept(msg)
	case replayed:
		return m.onReplayed(msg)
	case attached:
		return m.onAttached(msg)
	case looked:
		return m.onLooked(msg)
	case requested:
		m.onRequested(msg)
	case decided:
		return m.onDecided(msg)
	default:
		return m.onDrift(msg)
	}
	return nil
}

// onRollbackPlanned shows what would be taken back, and asks.
func (m *Model) onRollbackPlanned(x rollbackPlanned) tea.Cmd {
	m.message = ""
	m.fail("rollback", x.err)
	if x.err != nil {
		return nil
	}
	var text []string
	for _, t := range x.plan.Plan.Tasks {
		var steps []string
		for _, s := range t.Steps {
			steps = append(steps, s.Name())
		}
		text = append(text, string(t.Host)+" "+t.Lifecycle+": "+strings.Join(steps, ", "))
		for _, s := range x.previews[t.ID].Steps {
			for _, c := range s.Changes {
				text = append(text, "  "+c.What)
			}
		}
	}
	for _, p := range x.plan.Problems {
		text = append(text, "! "+string(p.Path)+": "+p.Msg)
	}
	if len(x.plan.Plan.Tasks) == 0 {
		m.open(&popup{title: "Nothing can be taken back", text: text, choices: []choice{{"esc n", "go back", nil}}})
		return nil
	}
	m.open(&popup{
		title: "Take back " + x.name + "?",
		text:  append(text, "", "Exactly what this deployment did is taken back, newest first."),
		choices: []choice{
			{"y", "take it back", func() tea.Cmd {
				if x.dep == nil {
					return m.takeBack(x.id, x.plan, x.previews)
				}
				exec := x.dep.exec
				return func() tea.Msg { return finished{key: "retry", dep: x.dep, err: exec.Rollback(x.plan, x.previews)} }
			}},
			{"n esc", "go back", nil},
		},
		at: 1,
	})
	return nil
}

// confirmResume asks whether to go on here with a deployment that somebody else began.
func (m *Model) confirmResume(id spec.DeploymentID) {
	if d := m.ofSession(id); d != nil { // its screen has what can be done about it
		m.cur = m.indexOf(d)
		m.show(m.pages.run)
		return
	}
	name, by, runs := string(id), "Whoever carries it out now", false
	for _, x := range m.known {
		if x.ID == id {
			name, by, runs = x.Name, x.By, x.State == "running"
		}
	}
	text := []string{"What its agents do is followed, what is left is carried out from here."}
	if runs {
		text = append(text, by+" carries it out now, and is told that you go on with it.")
	}
	m.open(&popup{
		title: "Go on with " + name + " here?",
		text:  text,
		choices: []choice{
			{"y", "go on with it", func() tea.Cmd { return m.resume(string(id)) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	})
}

// resume goes on here with a deployment.
func (m *Model) resume(ref string) tea.Cmd {
	if m.cfg.Logs == nil || ref == "" {
		m.message = either(ref == "", "resume NAME: which?", "The demo keeps no deployments.")
		return nil
	}
	for i, d := range m.deps {
		if d.exec != nil && string(d.exec.ID()) == ref {
			m.cur = i
			m.show(m.pages.run)
			return nil
		}
	}
	ctx, port := m.ctx, m.port()
	return func() tea.Msg {
		exec, err := port.Resume(context.WithoutCancel(ctx), ref)
		if err != nil {
			return resumed{ref: ref, err: err}
		}
		if err := exec.Continue(); err != nil {
			exec.Close()
			return resumed{ref: ref, err: err}
		}
		return resumed{ref: ref, exec: exec}
	}
}

func (m *Model) onResumed(x resumed) tea.Cmd {
	m.fail("resume", x.err)
	if x.err != nil {
		return nil
	}
	d := &deployment{session: x.exec.NewSession(), build: questions.New(m.look, x.exec.Pattern()), plan: plan.New(m.look)}
	m.deps = append(m.deps, d)
	m.cur = len(m.deps) - 1
	x.exec.Start(m.run)
	return batch(m.refreshed(d), m.follow(d, x.exec, x.exec.Snapshot().Plan.Tree()))
}

// follow shows a deployment that is carried out, and whose nodes are below root.
func (m *Model) follow(d *deployment, exec *rollout.Rollout, root *resolver.Node) tea.Cmd {
	snap := exec.Snapshot()
	d.exec, d.version, d.logs, d.seen = exec, 0, 0, nil
	name := d.name()
	if d.session.Result().Root == nil || d.session.Result().Root.Host == "" || snap.Name != rollout.NameOf(snap.Root) {
		name = runName(snap)
	}
	d.run = run.New(m.look, name, root, snap)
	if f, ok := m.cfg.Fleet.(deploy.Roomed); ok {
		d.run.Room = f.Room(exec.ID())
	}
	m.setLinks(d)
	m.show(m.pages.run)
	return batch(m.takeProgress(d), m.watch(d), m.tick())
}

// goOn carries out what is left of a deployment, planned again.
func (m *Model) goOn(d *deployment) tea.Cmd {
	err := d.exec.Replan(d.session, rollout.Options{Shown: d.plan.Previews()})
	m.fail("run", err)
	if err != nil {
		return nil
	}
	m.show(m.pages.run)
	return batch(m.takeProgress(d), m.watch(d), m.tick())
}

// unfinished reports whether a deployment is over, and something of it is left to be done.
func (d *deployment) unfinished() bool {
	if d.exec == nil {
		return false
	}
	s := d.run.Snapshot()
	return s.Over && !s.OK && !s.RolledBack && s.ReplacedBy == ""
}

// hostsOf names hosts in a line.
func hostsOf(hosts []spec.Host) string {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = string(h)
	}
	return strings.Join(names, " ")
}
