package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// showHistory shows what was done on hosts, or with a lifecycle of one.
func (m *Model) showHistory(of deploy.DriftOf) tea.Cmd {
	m.history.Enter(of)
	m.show(m.pages.history)
	return m.readPast()
}

// pastRead is what hosts remember.
type pastRead struct {
	of      deploy.DriftOf
	all     []deploy.Past
	missing []spec.Host // that did not answer
}

// pastChanged reads what the page of the history shows anew, if that is shown: something was done.
func (m *Model) pastChanged() tea.Cmd {
	if m.page() != m.pages.history {
		return nil
	}
	return m.readPast()
}

// readPast asks hosts for what the page of their history shows, once at a time.
func (m *Model) readPast() tea.Cmd {
	if !m.links.conn.Up {
		return nil
	}
	if m.past.reading {
		m.past.stale = true
		return nil
	}
	m.past.reading, m.past.stale = true, false
	ctx, f, of := m.ctx, m.cfg.Fleet, m.history.Of()
	return func() tea.Msg {
		all, missing := deploy.History(ctx, f, of)
		return pastRead{of, all, missing}
	}
}

func (m *Model) onPast(msg pastRead) tea.Cmd {
	m.past.reading = false
	if msg.of == m.history.Of() {
		m.history.Set(msg.all, msg.missing)
	}
	if m.past.stale || msg.of != m.history.Of() {
		return m.readPast()
	}
	return nil
}

// openRun shows the deployment that a run was part of.
func (m *Model) openRun(run spec.RunID) tea.Cmd {
	id := rollout.DeploymentOf(run)
	switch {
	case id == "":
		m.message = "Run " + string(run) + " was part of no deployment."
		return nil
	case m.ofSession(id) == nil && m.cfg.Logs == nil:
		m.message = "The demo keeps no deployments but those of this session."
		return nil
	}
	return m.openDeployment(id)
}
