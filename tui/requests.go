package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/catalogue"
	"github.com/armonic/armonic/tui/deployments"
	"github.com/armonic/armonic/tui/drift"
	"github.com/armonic/armonic/tui/fleet"
	"github.com/armonic/armonic/tui/history"
	"github.com/armonic/armonic/tui/lifecycle"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// request does what a screen, the help or the palette asks for.
func (m *Model) request(x widget.Request) tea.Cmd {
	if m.cfg.ReadOnly && changes(x) {
		m.message = "You only look here: nothing is changed. Without --read-only this key works."
		return nil
	}
	switch x := x.(type) {
	case nil:
	case widget.Action:
		return m.do(x)
	case command:
		return m.command(x)
	case tea.KeyMsg:
		return m.key(x)
	case widget.GoBack:
		return m.back()
	case widget.CopyText:
		m.copy(x)
	case fleet.Refresh:
		return m.survey()
	case fleet.Deploy:
		if x.Pattern == "" && len(x.On) > 0 {
			m.openCatalogue(x.On...)
			return nil
		} else if x.Pattern == "" {
			m.openCatalogue(x.Host)
			return nil
		}
		return m.begin(x.Pattern, x.Host)
	case fleet.Lifecycle:
		return m.openLifecycle(x.Of, "")
	case fleet.Drift:
		return m.lookForDrift(x.Of)
	case fleet.History:
		return m.showHistory(x.Of)
	case history.Open:
		return m.openRun(x.Run)
	case history.Refresh:
		return batch(m.survey(), m.readPast())
	case drift.Look:
		return m.lookForDrift(x.At)
	case drift.Repair:
		return m.planRepairs(x)
	case catalogue.Deploy:
		return m.beginOn(x.Pattern, x.On)
	case catalogue.DeployOn:
		m.askHosts(x.Pattern)
	case catalogue.ShowHost:
		m.show(m.pages.fleet)
		m.fleet.Open(x.Host)
	case catalogue.ShowRun:
		m.cur = x.Index
		m.show(m.pages.run)
	case catalogue.ShowState:
		return m.openLifecycle(x.State.Cut(2), x.State.State())
	case catalogue.Command:
		if x.Do == nil {
			m.openPalette(x.Fill)
			return nil
		}
		return m.request(x.Do)
	case catalogue.Ask:
		return m.countAsked(x)
	case catalogue.Resume:
		return m.openDeployment(spec.DeploymentID(x.ID))
	case run.Cancel, run.Retry, run.Confirm, run.Skip, run.MarkDone, run.Edit, run.Rollback:
		if m.page() == m.pages.other && x == (run.Rollback{}) {
			return m.rollBack(m.other.id)
		}
		return m.decide(m.watched(), x)
	case run.GoOn, run.Replay, run.Save:
		return m.requestShown(x)
	default:
		if cmd, ok := m.requestKnown(x); ok {
			return cmd
		}
		if cmd, ok := m.requestLogs(x); ok {
			return cmd
		}
		if cmd, ok := m.requestLifecycle(x); ok {
			return cmd
		}
		return m.requestDeployment(x)
	}
	return nil
}

// requestDeployment does what is asked for of the deployment being planned.
func (m *Model) requestDeployment(x widget.Request) tea.Cmd {
	d := m.selected()
	if d == nil {
		return nil
	}
	s := d.session
	switch x := x.(type) {
	case questions.Answer:
		s.Answer(x.Key, x.Value, x.Also...)
	case questions.Clear:
		s.Clear(x.Key)
	case questions.Undo:
		m.message = either(s.Undo(), "Undone. U does it again.", "There is nothing to undo.")
	case questions.Redo:
		m.message = either(s.Redo(), "Done again.", "There is nothing to do again.")
	case questions.Accept:
		m.message = spec.Count(s.Accept(), "suggestion", "suggestions") + " taken. u takes them back."
	case questions.EnterAgain:
		m.enterAgain(d, x.Service)
	case questions.Reread:
		s.Forget()
		s.Refresh()
	case questions.ShowPlan:
		return m.showPlan(d)
	case questions.Save, plan.Save:
		m.askSave(d)
		return nil
	case plan.Edit:
		d.planned = false
		return nil
	case plan.Run:
		m.confirmRun(d)
		return nil
	}
	return batch(m.refreshed(d), m.keepDraft(d))
}

// changes reports whether a request changes a server, or begins to.
func changes(x widget.Request) bool {
	switch x := x.(type) {
	case run.Cancel, run.Retry, run.Confirm, run.Skip, run.MarkDone, run.Rollback, run.GoOn, plan.Run, plan.Approve, plan.Refuse,
		drift.Repair, lifecycle.Go, deployments.GoOn, deployments.Rollback:
		return true
	case command:
		return x.name == "resume"
	}
	return false
}

func either(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

// askHosts asks on which hosts a provide is to be deployed, on all of them alike.
func (m *Model) askHosts(p spec.Pattern) {
	m.open(&popup{title: "Deploy on which hosts?", text: []string{string(p), "Names, patterns and groups: web1,web2 or web* or @NAME."},
		field: &widget.Field{}, enter: "plans it", done: func(text string) tea.Cmd {
			return m.beginOn(p, deploy.ParseHosts(text))
		}})
}

// copy puts text on the clipboard of the terminal.
func (m *Model) copy(x widget.CopyText) {
	if m.screen != nil {
		if err := term.Clipboard(m.screen, x.Text, m.cfg.Env("TMUX") != ""); err != nil {
			m.fail("copy", fmt.Errorf("cannot copy: %w", err))
			return
		}
	}
	m.message = "Copied " + strings.TrimSpace(widget.Clean(x.What)) + "."
}

// confirmRun asks once more, naming the hosts, before anything is changed.
func (m *Model) confirmRun(d *deployment) {
	p := d.session.Result().Plan
	if p == nil || d.active() {
		m.message = either(d.active(), "It runs already: 4 shows it.", "There is no plan to run.")
		return
	}
	title, run := "Run "+d.name()+"?", m.start
	if d.unfinished() {
		p = d.exec.Rest(d.session)
		title, run = "Go on with "+d.run.Name()+"?", m.goOn
	}
	text := []string{spec.Count(p.Steps(), "step", "steps") + " on " + spec.Count(len(p.Hosts), "host", "hosts") + ":", hostsOf(p.Hosts)}
	if old := m.replaces(d); old != nil {
		text = append(text, "", "It takes the place of "+old.run.Name()+", which did not come to its end: what is left of that is given up.")
	}
	m.open(&popup{
		title: title,
		text:  text,
		choices: []choice{
			{"y", "run it", func() tea.Cmd { return run(d) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	})
}

func (m *Model) confirmRetry(d *deployment, id resolver.TaskID) {
	what := string(id)
	if t := d.run.Snapshot().Task(id); t != nil {
		what = t.Lifecycle + " on " + string(t.Host)
	}
	m.open(&popup{
		title: "Retry?",
		text:  []string{what, "The host is read again first; what is done stays done."},
		choices: []choice{
			{"y", "retry", func() tea.Cmd { return m.retry(d, id) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	})
}

func (m *Model) confirmCancel(d *deployment) {
	m.open(&popup{
		title: "Cancel " + d.run.Name() + "?",
		text:  append([]string{"What runs is stopped, nothing more starts. What is done stays done."}, running(d)...),
		choices: []choice{
			{"y", "cancel it", func() tea.Cmd { return m.stop(d) }},
			{"n esc", "let it run", nil},
		},
		at: 1,
	})
}
