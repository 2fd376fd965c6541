package tui

import (
	"fmt"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/widget"
)

// tourStep is one of the steps of the tour of the demo: what to press next, and whether it was done.
type tourStep struct {
	text string
	done func(m *Model) bool
}

// tourSteps lead from the fleet to a proxy in front of two sites, and back.
func tourSteps() []tourStep {
	return []tourStep{
		{"these are your hosts; nothing is applied yet. 2 opens the catalogue of what can be deployed", func(m *Model) bool {
			return m.page() == m.pages.catalogue
		}},
		{"type proxy, then enter: a proxy in front of web sites is planned", func(m *Model) bool { return m.selected() != nil }},
		{"where is it to run? down goes to lb1, enter takes it", func(m *Model) bool {
			res := m.toured()
			return res != nil && res.Root != nil && res.Root.Host != ""
		}},
		{"it needs web sites: down down to web1, space marks it, down, space marks web2, enter takes both", func(m *Model) bool {
			res := m.toured()
			return res != nil && res.Plan != nil
		}},
		{"the rest is suggested; enter on a question changes its answer. p shows the plan", func(m *Model) bool {
			d := m.selected()
			return d != nil && d.planned
		}},
		{"what will change, on each host. R runs it; y says that you mean it", func(m *Model) bool {
			return m.watched() != nil
		}},
		{"it runs, as much as can at once; / filters the log, tab goes to it. Wait until it is DONE", func(m *Model) bool {
			d := m.watched()
			return d != nil && d.run.Snapshot().Over
		}},
		{"1 goes back to the fleet: enter on web1 shows what is applied there, and with which values", func(m *Model) bool {
			return m.page() == m.pages.fleet && m.fleet.Detail()
		}},
		{"4 lists all deployments; on one, B takes back exactly what it did: y", func(m *Model) bool {
			d := m.watched()
			return d != nil && anyRolledBack(m.deps)
		}},
		{"? lists all keys of a screen and : all commands; both are searched by typing, esc closes them", func(m *Model) bool {
			_, open := m.over().(list)
			return open
		}},
	}
}

// tour is where a person is in the tour.
type tour struct {
	steps []tourStep
	at    int
}

// toured is the result of the deployment that is planned, nil if there is none.
func (m *Model) toured() *resolver.Result {
	d := m.selected()
	if d == nil {
		return nil
	}
	return d.session.Result()
}

func anyRolledBack(deps []*deployment) bool {
	for _, d := range deps {
		if d.exec != nil && d.run.Snapshot().RolledBack {
			return true
		}
	}
	return false
}

// advance goes on in the tour over all that was done.
func (m *Model) advance() {
	for t := m.tour; t != nil && t.at < len(t.steps) && t.steps[t.at].done(m); {
		t.at++
	}
}

// startTour begins the tour, or ends it.
func (m *Model) startTour(on bool) {
	m.tour = nil
	if on {
		m.tour = &tour{steps: tourSteps()}
	}
}

// tourLines say what to press next.
func (m *Model) tourLines() []string {
	t := m.tour
	if t == nil || m.h < 16 && m.over() != nil {
		return nil
	}
	l := m.look
	key := widget.Remap([]widget.Binding{tourKey()}, m.cfg.Keys)[0].Shown()
	text := "TOUR: that was all of it; " + key + " takes this line away"
	if t.at < len(t.steps) {
		text = fmt.Sprintf("TOUR %d of %d (%s ends it): %s", t.at+1, len(t.steps), key, t.steps[t.at].text)
	}
	lines := widget.Wrap(text, m.w-2)
	for i := range lines {
		lines[i] = l.Busy.Paint(l.Fit(" "+lines[i], m.w))
	}
	return lines[:min(len(lines), max(m.h/5, 1))]
}

func tourKey() widget.Binding {
	return widget.Key(endTour, "ctrl+t", "", "the tour of the demo: begin it, or end it")
}
