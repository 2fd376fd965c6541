package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
)

// openLifecycle shows a lifecycle of a host.
func (m *Model) openLifecycle(h spec.Host, _ spec.Path) tea.Cmd {
	m.show(m.pages.fleet)
	m.fleet.Open(h)
	return nil
}
