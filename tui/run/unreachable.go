package run

import (
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
)

// SetLinks says which hosts are away. Their agents go on by themselves.
func (m *Model) SetLinks(hosts []spec.HostStatus, conn spec.Connection) {
	m.away = map[spec.Host]string{}
	for i := range hosts {
		s := &hosts[i]
		switch {
		case !conn.Up && conn.Since.IsZero():
			m.away[s.Host] = "no connection"
		case !conn.Up:
			m.away[s.Host] = "no connection since " + format.Clock(m.now, conn.Since)
		case s.Link == spec.LinkOff || s.Link == spec.LinkLost:
			word := map[spec.Link]string{spec.LinkOff: "offline", spec.LinkLost: "lost"}[s.Link]
			m.away[s.Host] = format.Away(m.now, &spec.HostStatus{Link: s.Link, Why: word, Since: s.Since})
		}
	}
	m.hostsOf = nil
}

// unreachable says since when the agent of a task that runs is away, or "".
func (m *Model) unreachable(t *rollout.TaskView) string {
	switch {
	case t.Status != rollout.Running:
		return ""
	case m.away[t.Host] != "":
		return m.away[t.Host]
	case !t.Away.IsZero():
		return "no answer since " + format.Clock(m.now, t.Away)
	}
	return ""
}
