package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/widget"
)

// page is a screen that a person can come to. Adding one is adding a value to addPages, and a
// package with the screen.
type page struct {
	name  string // shown where the page is empty
	empty string // what is said then

	tab  string        // in the header; "" has none, and no key of its own
	key  string        // of the tab
	help string        // of that key
	goes widget.Action // to the tab

	under  *page           // the page whose tab is marked while this one is shown
	screen func() screen   // what is on the page now, nil for nothing
	opened func() tea.Cmd  // somebody came with the key; nil just shows the page
	back   func() tea.Cmd  // somebody came back to the page
	fill   func()          // takes over what has changed elsewhere, before each frame
	checks func() []screen // whose keys must be unique; nil is the screen
}

// pages are all of them.
type pages struct{ fleet, catalogue, deploy, runs, logs, run, other, approval, drift, history, lifecycle *page }

// all lists them; those with tabs come first, in the order of these.
func (p *pages) all() []*page {
	return []*page{p.fleet, p.catalogue, p.deploy, p.runs, p.logs, p.run, p.other, p.approval, p.drift, p.history, p.lifecycle}
}

// of gives the page of a tab.
func (p *pages) of(a widget.Action) *page {
	for _, x := range p.all() {
		if x.tab != "" && x.goes == a {
			return x
		}
	}
	return nil
}

func (m *Model) addPages() {
	m.pages = pages{
		fleet: &page{name: "Fleet", tab: "Fleet", key: "1", goes: toFleet, help: "the fleet: hosts and what is applied on them",
			screen: func() screen { return m.fleet },
			opened: func() tea.Cmd {
				m.show(m.pages.fleet)
				return m.survey()
			},
			fill: m.fillFleet},
		catalogue: &page{name: "Catalogue", tab: "Catalogue", key: "2", goes: toCatalogue, help: "the catalogue: what can be deployed",
			screen: func() screen { return m.catalogue },
			opened: func() tea.Cmd {
				m.openCatalogue()
				return m.survey() // modules may have come to hosts
			},
			back: func() tea.Cmd {
				m.catalogue.Return()
				return nil
			},
			fill: func() { m.catalogue.SetRuns(m.runs(), m.usage) }},
		deploy: &page{name: "Deploy", tab: "Deploy", key: "3", goes: toDeploy, help: "the deployment that is being planned",
			empty:  "Nothing is being planned. 2 opens the catalogue of what can be deployed.",
			screen: m.planning,
			checks: func() []screen { return []screen{questions.New(m.look, ""), plan.New(m.look)} }},
		runs: &page{name: "Runs", tab: "Runs", key: "4", goes: toRuns, help: "all deployments: what runs or has run, here and elsewhere",
			screen: func() screen { return m.deployments },
			opened: m.openList,
			back:   m.listKnown,
			fill:   m.fillList},
		logs: &page{name: "Logs", tab: "Logs", key: "5", goes: toLogs, help: "the log lines of all deployments and hosts, by time",
			screen: func() screen { return m.logs },
			fill: func() {
				m.logs.Show(m.logSources())
			}},
		run: &page{name: "Run", empty: "Nothing has run yet. 2 opens the catalogue of what can be deployed.",
			screen: m.running,
			checks: m.sampleRuns},
		other: &page{name: "Run", empty: "Nothing is watched.",
			screen: func() screen {
				if m.other == nil {
					return nil
				}
				return m.other.run
			}},
		approval: &page{name: "Approval", empty: "Nothing is to be approved.",
			screen: func() screen {
				if m.approval == nil {
					return nil
				}
				return m.approval
			},
			checks: func() []screen { return []screen{plan.NewApproval(m.look, "", nil, nil, nil, false)} }},
		history: &page{name: "History", screen: func() screen { return m.history },
			fill: func() { m.history.SetNow(m.now) }},
		lifecycle: &page{name: "Lifecycle", screen: func() screen { return m.lifecycle }, // opened from hosts
			fill: func() { m.lifecycle.Set(m.hosts, m.cat.Offers, m.now) }},
		drift: &page{name: "Drift", screen: func() screen { return m.drift }}, // opened from hosts
	}
	m.pages.run.under, m.pages.other.under, m.pages.approval.under = m.pages.runs, m.pages.runs, m.pages.runs
	m.pages.lifecycle.under, m.pages.drift.under, m.pages.history.under = m.pages.fleet, m.pages.fleet, m.pages.fleet
	m.stack = []*page{m.pages.fleet}
}

// shown reports whether esc comes back to a page, or it is the one that is shown.
func (m *Model) shown(p *page) bool { return slices.Contains(m.stack, p) }

// planning is what is being planned: its questions, or its plan.
func (m *Model) planning() screen {
	switch d := m.selected(); {
	case d == nil:
		return nil
	case d.planned:
		return d.plan
	default:
		return d.build
	}
}

// running is what runs or has run.
func (m *Model) running() screen {
	if d := m.watched(); d != nil {
		return d.run
	}
	return nil
}

// sampleRuns are runs whose keys are those of the screen: one of this session, and one that is watched.
func (m *Model) sampleRuns() []screen {
	own, watched := run.New(m.look, "", &resolver.Node{ID: resolver.Root}, &rollout.Snapshot{}), run.New(m.look, "", &resolver.Node{ID: resolver.Root}, &rollout.Snapshot{})
	watched.Watched = true
	return []screen{own, watched}
}

// deepest is how many pages esc goes back at most.
const deepest = 16

// page is the one that is shown.
func (m *Model) page() *page { return m.stack[len(m.stack)-1] }

// show puts a page on the stack; esc takes it off.
func (m *Model) show(p *page) {
	if p == m.page() {
		return
	}
	m.stack = append(m.stack, p)
	if len(m.stack) > deepest {
		m.stack = m.stack[1:]
	}
}

// back goes to the page that was shown before.
func (m *Model) back() tea.Cmd {
	switch {
	case len(m.stack) > 1:
		m.stack = m.stack[:len(m.stack)-1]
	case m.page() != m.pages.fleet:
		m.stack = []*page{m.pages.fleet}
	default:
		m.message = "This is the first screen; q leaves."
		return nil
	}
	if p := m.page(); p.back != nil {
		return p.back()
	}
	return nil
}

// goTo does what the key of a tab does.
func (m *Model) goTo(p *page) tea.Cmd {
	if p.opened != nil {
		return p.opened()
	}
	m.show(p)
	return nil
}
