package tui

import (
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// takeProgress takes what a deployment has done and said since it was looked at last.
func (m *Model) takeProgress(d *deployment) tea.Cmd {
	lines, next := d.exec.Logs(d.logs)
	d.logs = next
	snap := d.exec.Snapshot()
	d.version = snap.Version
	d.run.Feed(snap, lines, m.now)
	d.plan.Begun = d.unfinished()
	return m.readChanged(d, snap)
}

// few is up to how many hosts are read after each run. More are read when nothing is left
// to do there: they would be asked hundreds of times a second.
const few = 32

// readChanged reads the hosts on which something ended. All are read at the end.
func (m *Model) readChanged(d *deployment, snap *rollout.Snapshot) tea.Cmd {
	ended := map[spec.Host]bool{} // and whether nothing is left to do there
	for k, t := range snap.Tasks {
		if k < len(d.seen) && d.seen[k].ID == t.ID && d.seen[k].Status == rollout.Running && t.Status != rollout.Running {
			ended[t.Host] = true
		}
	}
	d.seen = snap.Tasks
	if snap.Over || len(ended) == 0 {
		return nil
	}
	for _, t := range snap.Tasks {
		if t.Status == rollout.Waiting || t.Status == rollout.Running {
			if ended[t.Host] {
				ended[t.Host] = false
			}
		}
	}
	var cmds []tea.Cmd
	for _, h := range slices.Sorted(maps.Keys(ended)) {
		if len(snap.Plan.Hosts) <= few || ended[h] {
			cmds = append(cmds, m.surveyHost(h))
		}
	}
	return batch(cmds...)
}
