package tui

import (
	"cmp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/drift"
)

// The messages about what is not as it was left.
type (
	driftFound struct {
		at     deploy.DriftOf
		found  spec.Drift
		failed []error
	}
	repairsPlanned struct {
		repairs []deploy.Repair
		err     error
	}
	repaired struct {
		n   int
		err error
	}
)

// lookForDrift shows what is not as it was left.
func (m *Model) lookForDrift(at deploy.DriftOf) tea.Cmd {
	m.show(m.pages.drift)
	m.drift.Reading(at)
	ctx, f := m.ctx, m.cfg.Fleet
	return func() tea.Msg {
		found, failed := deploy.LookForDrift(ctx, f, at)
		return driftFound{at, found, failed}
	}
}

// commandAbout shows drift or history of "", "web1" or "/web1/WebServer".
func (m *Model) commandAbout(c command) tea.Cmd {
	host, lifecycle, _ := strings.Cut(strings.Trim(c.arg, "/"), "/")
	if host != "" && m.find(spec.Host(host)) < 0 {
		m.message = "There is no host " + host + "."
		return nil
	}
	of := deploy.DriftOf{Host: spec.Host(host), Lifecycle: lifecycle}
	if c.name == "history" {
		return m.showHistory(of)
	}
	return m.lookForDrift(of)
}

// planRepairs asks the hosts what entering states again changes.
func (m *Model) planRepairs(x drift.Repair) tea.Cmd {
	if len(x.Findings) == 0 {
		m.message = "There is nothing to repair."
		return nil
	}
	m.message = "The hosts are asked what would be changed ..."
	ctx, f := m.ctx, m.cfg.Fleet
	return func() tea.Msg {
		repairs, err := deploy.PlanRepairs(ctx, f, x.Findings)
		return repairsPlanned{repairs, err}
	}
}

// onDrift takes what was found out about drift.
func (m *Model) onDrift(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case driftFound:
		m.drift.Set(msg.at, msg.found, msg.failed)
		m.noteDrift(msg)
	case repairsPlanned:
		m.message = ""
		m.fail("repair", msg.err)
		if msg.err == nil {
			m.confirmRepairs(msg.repairs)
		}
	case repaired:
		m.fail("repair", msg.err)
		m.message = either(msg.err == nil, "Entered again: "+spec.Count(msg.n, "lifecycle", "lifecycles")+".", "")
		m.drift.Reading(m.drift.At())
		at, ctx, f := m.drift.At(), m.ctx, m.cfg.Fleet
		return batch(m.survey(), func() tea.Msg {
			found, failed := deploy.LookForDrift(ctx, f, at)
			return driftFound{at, found, failed}
		})
	}
	return nil
}

// noteDrift lets the fleet show what was found, in the place of what was known of what was looked at.
func (m *Model) noteDrift(x driftFound) {
	m.drifted = slices.DeleteFunc(m.drifted, func(f spec.EffectFinding) bool {
		return (x.at.Host == "" || x.at.Host == f.Path.Host()) && (x.at.Lifecycle == "" || x.at.Lifecycle == f.Path.Lifecycle())
	})
	m.drifted = append(m.drifted, x.found.Findings...)
	by := map[spec.Host][]string{}
	for _, f := range m.drifted {
		by[f.Path.Host()] = append(by[f.Path.Host()], f.Effect.Key)
	}
	m.fleet.SetDrift(by)
}

// confirmRepairs shows what entering states again changes, and asks.
func (m *Model) confirmRepairs(repairs []deploy.Repair) {
	var text []string
	for _, r := range repairs {
		text = append(text, string(r.Service.Host())+" "+r.Service.Lifecycle())
		for i, s := range r.Work.Steps {
			text = append(text, "  "+s.Name())
			if i >= len(r.Preview) {
				continue
			}
			for _, c := range r.Preview[i].Changes {
				text = append(text, "    "+c.What)
			}
			if doubt := r.Preview[i].Doubt(); doubt != "" {
				text = append(text, "    may change more: "+doubt)
			}
			if may := r.Preview[i].ScriptsText(); may != "" {
				text = append(text, "    "+may)
			}
		}
	}
	if len(repairs) == 0 {
		m.message = "Calls made all of it: nothing is called twice, so there is no state to enter again."
		return
	}
	m.open(&popup{
		title: "Repair " + spec.Count(len(repairs), "lifecycle", "lifecycles") + "?",
		text:  append(text, "", "The states are entered again, with the values that they had."),
		choices: []choice{
			{"y", "enter them again", func() tea.Cmd { return m.repair(repairs) }},
			{"n esc", "go back", nil},
		},
		at: 1,
	})
}

func (m *Model) repair(repairs []deploy.Repair) tea.Cmd {
	m.message = "The states are entered again ..."
	ctx, f, by, now := m.run, m.cfg.Fleet, m.cfg.By, m.cfg.Now
	return func() tea.Msg {
		errs := deploy.InParallel(len(repairs), func(i int) error {
			return repairs[i].Run(ctx, f, spec.RunID(rollout.NewID(now())), by, nil)
		})
		return repaired{len(repairs), cmp.Or(errs...)}
	}
}
