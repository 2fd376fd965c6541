package tui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
)

func (m *Model) onSurvey(msg surveyed) tea.Cmd {
	m.reading, m.readAt = false, m.now
	back := m.hosts != nil && !m.links.conn.Up && msg.after.conn.Up
	hosts := []deploy.HostView{}
	for _, v := range msg.hosts {
		if i := m.find(v.Host); i >= 0 && !m.newest(v.Host, msg.n) {
			v = m.hosts[i]
		}
		hosts = append(hosts, v)
	}
	m.hosts, m.cat, m.links = hosts, msg.cat, msg.after
	changed, worked := m.merge()
	m.stale = len(changed) > 0 || len(worked) > fewHosts || back || m.stale // while all were read, some changed
	m.showHosts()
	cmds := []tea.Cmd{m.countdown(), m.listKnown(), m.pastChanged()}
	if p := m.cfg.Pattern; p != "" {
		m.cfg.Pattern = ""
		cmds = append(cmds, m.commandDeploy(string(p)))
	}
	if m.stale {
		cmds = append(cmds, m.survey())
	} else {
		cmds = append(cmds, m.surveyEach(worked))
	}
	return batch(cmds...)
}

// tooOld is what is shown of hosts for somebody who looks at it.
const tooOld = time.Minute

// readOld reads the hosts again for somebody who presses keys where they are shown: what is done by
// hand on a host changes it without a word.
func (m *Model) readOld() tea.Cmd {
	if p := m.page(); p != m.pages.fleet && p != m.pages.catalogue || m.reading || m.readAt.IsZero() || m.now.Sub(m.readAt) < tooOld {
		return nil
	}
	return m.survey()
}

// fewHosts may each be read by themselves; more are read with all.
const fewHosts = 16

// surveyEach reads some hosts, each by itself.
func (m *Model) surveyEach(hosts []spec.Host) tea.Cmd {
	var cmds []tea.Cmd
	for _, h := range hosts {
		if m.links.of(h) != nil {
			cmds = append(cmds, m.surveyHost(h))
		}
	}
	return batch(cmds...)
}

func (m *Model) onHost(msg surveyedHost) {
	i := m.find(msg.view.Host)
	if i < 0 || !m.newest(msg.view.Host, msg.n) {
		return
	}
	m.hosts[i] = msg.view
	m.fleetStale = true
}

func (m *Model) find(h spec.Host) int {
	return slices.IndexFunc(m.hosts, func(v deploy.HostView) bool { return v.Host == h })
}

// newest reports whether what the n-th survey says of a host counts: no answer to a later
// one is here.
func (m *Model) newest(h spec.Host, n int) bool {
	if m.surveyed[h] > n {
		return false
	}
	if m.surveyed == nil {
		m.surveyed = map[spec.Host]int{}
	}
	m.surveyed[h] = n
	return true
}

// unreachable lists the hosts that cannot be reached, each with the reason.
func (m *Model) unreachable() []string {
	var out []string
	for _, v := range m.hosts {
		switch {
		case v.Link != spec.LinkOn:
			word := map[spec.Link]string{spec.LinkOff: "OFF", spec.LinkLost: "LOST"}[v.Link]
			out = append(out, string(v.Host)+" "+word+" ("+format.Away(m.now, &v.HostStatus)+")")
		case v.Err != nil:
			out = append(out, string(v.Host)+" ("+v.Err.Error()+")")
		}
	}
	return out
}
