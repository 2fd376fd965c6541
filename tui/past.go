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
	return m.survey()
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
