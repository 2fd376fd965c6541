package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

func (m *Model) onSurvey(msg surveyed) tea.Cmd {
	m.reading = false
	m.hosts, m.cat = msg.hosts, msg.cat
	m.links = map[spec.Host]deploy.Link{}
	for _, v := range m.hosts {
		m.links[v.Host] = v.Link
	}
	m.fleet.Set(m.hosts, m.cat.Offers, m.now)
	m.catalogue.Set(m.cat, m.hosts)
	for _, d := range m.deps {
		d.build.SetHosts(m.hosts)
	}
	var cmds []tea.Cmd
	if p := m.cfg.Pattern; p != "" {
		m.cfg.Pattern = ""
		cmds = append(cmds, m.commandDeploy(string(p)))
	}
	if m.stale {
		cmds = append(cmds, m.survey())
	}
	return batch(cmds...)
}

func (m *Model) onHost(msg surveyedHost) {
	i := slices.IndexFunc(m.hosts, func(v deploy.HostView) bool { return v.Host == msg.view.Host })
	if i < 0 {
		return
	}
	m.hosts[i] = msg.view
	m.fleet.Set(m.hosts, m.cat.Offers, m.now)
}

// onLinks reads the fleet again if a host came, went, or changed its link.
func (m *Model) onLinks(msg linked) tea.Cmd {
	same := len(msg.hosts) == len(m.links)
	for _, h := range msg.hosts {
		was, known := m.links[h.Host]
		same = same && known && was == h.Link
	}
	if same || m.links == nil {
		return m.poll()
	}
	cmds := []tea.Cmd{m.poll(), m.survey()}
	for _, d := range m.deps {
		if d.exec == nil || d.run.Snapshot().Over {
			d.session.Refresh()
			cmds = append(cmds, m.refreshed(d))
		}
	}
	return batch(cmds...)
}

// unreachable lists the hosts that cannot be reached, each with the reason.
func (m *Model) unreachable() []string {
	var out []string
	for _, v := range m.hosts {
		switch {
		case v.Link != deploy.On:
			word := map[deploy.Link]string{deploy.Off: "OFF", deploy.Lost: "LOST"}[v.Link]
			out = append(out, string(v.Host)+" "+word+" ("+v.Why+")")
		case v.Err != nil:
			out = append(out, string(v.Host)+" ("+v.Err.Error()+")")
		}
	}
	return out
}
