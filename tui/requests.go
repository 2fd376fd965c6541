package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/catalogue"
	"github.com/armonic/armonic/tui/fleet"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// request does what a screen, the help or the palette asks for.
func (m *Model) request(x widget.Request) tea.Cmd {
	switch x := x.(type) {
	case nil:
	case widget.Action:
		return m.do(x)
	case command:
		return m.command(x)
	case tea.KeyMsg:
		return m.key(x)
	case widget.GoBack:
		m.back()
	case widget.CopyText:
		m.copy(x)
	case fleet.Refresh:
		return m.survey()
	case fleet.Deploy:
		if x.Pattern == "" {
			m.openCatalogue(x.Host)
			return nil
		}
		return m.begin(x.Pattern, x.Host)
	case catalogue.Deploy:
		return m.begin(x.Pattern, x.Host)
	case catalogue.ShowHost:
		m.show(fleetView)
		m.fleet.Open(x.Host)
	case catalogue.ShowRun:
		m.cur = x.Index
		m.show(runsView)
	case run.Cancel:
		m.confirmCancel(m.watched())
	case run.Retry:
		m.confirmRetry(m.watched(), x.Task)
	default:
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
		s.Answer(x.Key, x.Value)
	case questions.Clear:
		s.Clear(x.Key)
	case questions.Undo:
		m.message = either(s.Undo(), "Undone. U does it again.", "There is nothing to undo.")
	case questions.Redo:
		m.message = either(s.Redo(), "Done again.", "There is nothing to do again.")
	case questions.Accept:
		m.message = spec.Count(s.Accept(), "suggestion", "suggestions") + " taken. u takes them back."
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
	return m.refreshed(d)
}

func either(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

// openCatalogue shows what can be deployed, on one host if it is named.
func (m *Model) openCatalogue(on spec.Host) {
	m.show(catalogueView)
	m.refreshView()
	m.catalogue.Enter(on)
}

// refreshView gives the screens that show what has run what they are to show now,
// whichever way a person came to them.
func (m *Model) refreshView() {
	switch m.view {
	case catalogueView:
		m.catalogue.SetRuns(m.runs())
	case logsView:
		if d := m.watched(); d != nil {
			m.logs.Show(d.run.Name(), d.run.Buffer())
		}
	case fleetView, deployView, runsView:
	}
}

func (m *Model) runs() []catalogue.Run {
	var runs []catalogue.Run
	for i := len(m.deps) - 1; i >= 0; i-- {
		d := m.deps[i]
		if d.exec == nil {
			continue
		}
		runs = append(runs, catalogue.Run{Name: d.run.Name(), Status: string(d.run.State()), When: d.run.Snapshot().Started.Local().Format("15:04:05"), Index: i})
	}
	return runs
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
	hosts := make([]string, len(p.Hosts))
	for i, h := range p.Hosts {
		hosts[i] = string(h)
	}
	m.popup = &popup{
		title: "Run " + d.name() + "?",
		text: []string{
			spec.Count(p.Steps(), "step", "steps") + " on " + spec.Count(len(hosts), "host", "hosts") + ":",
			strings.Join(hosts, " "),
		},
		choices: []choice{
			{"y", "run it", func() tea.Cmd { return m.start(d) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	}
}

func (m *Model) confirmRetry(d *deployment, id resolver.TaskID) {
	if d == nil {
		return
	}
	what := string(id)
	for _, t := range d.run.Snapshot().Tasks {
		if t.ID == id {
			what = t.Lifecycle + " on " + string(t.Host)
		}
	}
	m.popup = &popup{
		title: "Retry?",
		text:  []string{what, "The host is read again first; what is done stays done."},
		choices: []choice{
			{"y", "retry", func() tea.Cmd { return m.retry(d, id) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	}
}

func (m *Model) confirmCancel(d *deployment) {
	if d == nil {
		return
	}
	m.popup = &popup{
		title: "Cancel " + d.run.Name() + "?",
		text:  append([]string{"What runs is stopped, nothing more starts. What is done stays done."}, running(d)...),
		choices: []choice{
			{"y", "cancel it", func() tea.Cmd { return m.stop(d) }},
			{"n esc", "let it run", nil},
		},
		at: 1,
	}
}
