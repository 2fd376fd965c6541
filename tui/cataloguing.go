package tui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/catalogue"
	"github.com/armonic/armonic/tui/format"
)

// openCatalogue shows what can be deployed, only on some hosts if they are named.
func (m *Model) openCatalogue(on ...spec.Host) {
	m.show(m.pages.catalogue)
	m.catalogue.SetCommands(m.commandRows())
	m.pages.catalogue.fill()
	m.catalogue.Enter(on...)
}

// commandRows are the commands of the palette, to be found among all else.
func (m *Model) commandRows() []catalogue.CommandRow {
	var out []catalogue.CommandRow
	for _, r := range m.commands("") {
		out = append(out, catalogue.CommandRow{Name: r.Left, Does: r.Text, Command: catalogue.Command{Do: r.Do, Fill: r.Fill}})
	}
	return out
}

// runs are the deployments of the catalogue.
func (m *Model) runs() []catalogue.Run {
	var runs []catalogue.Run
	here := map[spec.DeploymentID]bool{}
	for i := len(m.deps) - 1; i >= 0; i-- {
		d := m.deps[i]
		if d.exec == nil {
			continue
		}
		here[d.exec.ID()] = true
		runs = append(runs, catalogue.Run{Name: d.run.Name(), Status: string(d.run.State()), When: d.run.Snapshot().Started.Local().Format("15:04:05"), Index: i})
	}
	for _, x := range m.known {
		if !here[x.ID] {
			runs = append(runs, catalogue.Run{Name: x.Name + ": " + x.Root.Lifecycle() + "." + x.Root.Provide() + " @" + string(x.Root.Host()), Status: x.State + " (" + x.By + ")", When: format.Clock(m.now, x.Made), ID: string(x.ID)})
		}
	}
	return runs
}

// usage says how often each operation was deployed, when last, and how long that took in the middle.
func (m *Model) usage() map[string]catalogue.Usage {
	out, took := map[string]catalogue.Usage{}, map[string][]time.Duration{}
	for _, r := range m.listed() {
		key := r.Root.Lifecycle() + "." + r.Root.Provide()
		u := out[key]
		u.Times++
		if r.Made.After(u.Last) {
			u.Last = r.Made
		}
		out[key] = u
		switch {
		case r.State != "done":
		case r.Snapshot != nil:
			took[key] = append(took[key], r.Snapshot.Took(m.now))
		case r.Seconds > 0:
			took[key] = append(took[key], time.Duration(r.Seconds*float64(time.Second)))
		}
	}
	for key, all := range took {
		slices.Sort(all)
		u := out[key]
		u.Takes = all[len(all)/2]
		out[key] = u
	}
	return out
}

// asked is what an operation asks for.
type asked struct {
	pattern spec.Pattern
	asks    catalogue.Asks
}

// countAsked finds out what an operation asks for, as planning it would.
func (m *Model) countAsked(x catalogue.Ask) tea.Cmd {
	ctx, f, on := m.ctx, m.cfg.Fleet, x.On
	if on == "" {
		for _, h := range m.cat.HostsOf(x.Pattern) {
			if l := m.links.of(h); l == nil || l.Link == spec.LinkOn {
				on = h
				break
			}
		}
	}
	return func() tea.Msg {
		s := deploy.NewSession(f, x.Pattern)
		out := asked{pattern: x.Pattern}
		if on != "" && s.DeployOn([]spec.Host{on}) == nil && s.Settle(ctx) == nil {
			res := s.Result()
			missing, wrong, _ := res.Counts()
			out.asks = catalogue.Asks{Open: missing + wrong, All: len(res.Questions)}
			if x.On == "" { // the host is asked too
				out.asks.Open++
			}
		}
		return out
	}
}
