package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/widget"
)

// logSources are the logs of all deployments of this session, and of the one that is watched.
func (m *Model) logSources() []logs.Source {
	var out []logs.Source
	for _, d := range m.deps {
		if d.exec != nil {
			out = append(out, logs.Source{ID: d.exec.ID(), Name: shortName(d.run.Snapshot()), Buf: d.run.Buffer()})
		}
	}
	if w := m.other; w != nil && m.ofSession(w.id) == nil {
		out = append(out, logs.Source{ID: w.id, Name: shortName(w.run.Snapshot()), Buf: w.run.Buffer()})
	}
	return out
}

// shortName is what a deployment is called where there is little room.
func shortName(s *rollout.Snapshot) string {
	if s.Name != "" {
		return s.Name
	}
	return s.Root.Lifecycle()
}

// requestLogs does what the screen of log lines asks for.
func (m *Model) requestLogs(x widget.Request) (tea.Cmd, bool) {
	switch x := x.(type) {
	case logs.Open:
		return m.openDeployment(x.ID), true
	case logs.Save:
		m.askSaveLog(x)
	case logs.AskLimits:
		m.askLimits(x.Text)
	default:
		return nil, false
	}
	return nil, true
}

// askLimits asks of which hosts and what time lines are shown.
func (m *Model) askLimits(text string) {
	f := &widget.Field{}
	f.Set(text)
	m.open(&popup{title: "Lines of which hosts, and when?", text: []string{"Names and patterns of hosts, since, until: web* db1 since 12:30 until 10m. Nothing shows all."},
		field: f, enter: "shows them", done: func(text string) tea.Cmd {
			x, err := logs.ParseLimits(text, m.now)
			if err != nil {
				m.message = err.Error()
				return nil
			}
			m.logs.Limit(x)
			return nil
		}})
}

// askSaveLog asks for the file to which lines are written.
func (m *Model) askSaveLog(x logs.Save) {
	f := &widget.Field{}
	f.Set("armonic-" + m.now.Format("20060102-150405") + ".log")
	m.open(&popup{title: "Write " + x.What + " to a file", field: f, done: func(name string) tea.Cmd {
		if name = strings.TrimSpace(name); name == "" {
			return nil
		}
		text, write := x.Text(), m.cfg.Write
		return func() tea.Msg {
			err := write(name, text)
			if err != nil {
				err = spec.Errorf(spec.Invalid, "cannot write %s: %v", name, err).WithHint("w writes under another name")
			}
			return finished{key: "write", message: "Written: " + name + ", " + x.What + ".", err: err}
		}
	}})
}
