package tui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/fleet"
	"github.com/armonic/armonic/tui/run"
)

// links is what a fleet says of itself without asking anybody.
type links struct {
	hosts []spec.HostStatus
	conn  spec.Connection
}

func linksOf(f deploy.Fleet) links {
	return links{hosts: f.Hosts(), conn: connectionOf(f)}
}

func connectionOf(f deploy.Fleet) spec.Connection {
	if c, ok := f.(deploy.Connected); ok {
		return c.Connection()
	}
	return spec.Connection{Up: true}
}

// equal compares moments as moments, whatever zone they are told in.
func (l links) equal(x links) bool {
	a, b := l.conn, x.conn
	moved := !a.Since.Equal(b.Since) || !a.Next.Equal(b.Next)
	a.Since, a.Next, b.Since, b.Next = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return !moved && a == b && slices.EqualFunc(l.hosts, x.hosts, func(a, b spec.HostStatus) bool {
		moved := !a.Since.Equal(b.Since)
		a.Since, b.Since = time.Time{}, time.Time{}
		return !moved && a == b
	})
}

func (l links) of(h spec.Host) *spec.HostStatus {
	for i := range l.hosts {
		if l.hosts[i].Host == h {
			return &l.hosts[i]
		}
	}
	return nil
}

// telling is a Fleet that says when its hosts change: it closes a channel.
type telling interface {
	Watch() ([]spec.HostStatus, <-chan struct{})
}

// poll looks, every while, whether a link has changed, and brings a message only then.
// The hosts of a fleet that says so are looked at only when they have.
func (m *Model) poll() tea.Cmd {
	ctx, f, d, was := m.ctx, m.cfg.Fleet, m.cfg.Poll, m.links
	return func() tea.Msg {
		var changed <-chan struct{}
		for pause(ctx, d) {
			if changed != nil && !over(changed) && connectionOf(f) == was.conn {
				continue
			}
			if w, ok := f.(telling); ok {
				_, changed = w.Watch() // before they are looked at
			}
			if now := linksOf(f); !now.equal(was) {
				return linked{now}
			}
		}
		return nil
	}
}

func over(changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

// countdown redraws every second while the time to the next try is shown.
func (m *Model) countdown() tea.Cmd {
	if m.counting || m.links.conn.Up {
		return nil
	}
	m.counting = true
	ctx := m.ctx
	return func() tea.Msg {
		if !pause(ctx, time.Second) {
			return nil
		}
		return secondPassed{}
	}
}

// onLinks shows at once which hosts came, went, or changed their link, and reads the
// fleet again if there is somebody to ask.
func (m *Model) onLinks(msg linked) tea.Cmd {
	was := m.links.conn.Up
	m.links = msg.now
	changed, worked := m.merge()
	cmds := []tea.Cmd{m.poll(), m.countdown()}
	if !m.links.conn.Up {
		return batch(cmds...)
	}
	few := len(changed)+len(worked) <= fewHosts
	if few { // they need not wait for all others
		cmds = append(cmds, m.surveyEach(slices.Concat(changed, worked)))
	}
	if !was || len(changed) > 0 || !few {
		cmds = append(cmds, m.survey())
	}
	if was && len(changed) == 0 {
		return batch(cmds...)
	}
	for _, d := range m.deps {
		if d.exec == nil || d.run.Snapshot().Over {
			d.session.Refresh()
			cmds = append(cmds, m.refreshed(d))
		}
	}
	return batch(cmds...)
}

// merge gives the hosts that were read the links of now, and returns those of which
// something changed, and those that have done work. Before the first reading there is nothing to
// merge with.
func (m *Model) merge() (changed, worked []spec.Host) {
	for _, d := range m.deps {
		m.setLinks(d)
	}
	if m.hosts == nil {
		return nil, nil
	}
	known := map[spec.Host]*deploy.HostView{}
	for i := range m.hosts {
		known[m.hosts[i].Host] = &m.hosts[i]
	}
	next := make([]deploy.HostView, 0, len(m.links.hosts))
	for _, s := range m.links.hosts {
		v := deploy.HostView{HostStatus: s}
		if old := known[s.Host]; old != nil {
			v.Info, v.Stacks, v.Err = old.Info, old.Stacks, old.Err
			if old.Link != s.Link || old.Unapproved != s.Unapproved || old.Version != s.Version || old.Modules != s.Modules {
				v.Err = nil
				changed = append(changed, s.Host)
			} else if old.Busy != "" && old.Busy != s.Busy {
				worked = append(worked, s.Host)
			}
		} else {
			changed = append(changed, s.Host)
		}
		next = append(next, v)
	}
	for i := range next {
		delete(known, next[i].Host)
	}
	for h := range known { // they have left
		changed = append(changed, h)
	}
	m.hosts = next
	m.showHosts()
	return changed, worked
}

// setLinks lets the screen of a deployment show which of its hosts are away.
func (m *Model) setLinks(d *deployment) {
	if d.run != nil {
		d.run.SetLinks(m.links.hosts, m.links.conn)
	}
}

// fillFleet gives the fleet's screen the hosts of now, and tells it what the deployments of
// this session do, and on which hosts.
func (m *Model) fillFleet() {
	if m.fleetStale {
		m.setFleet()
	}
	work := map[spec.Host]fleet.Work{}
	m.fleet.SetGoing(m.going())
	for _, d := range m.deps {
		if !d.active() {
			continue
		}
		for _, t := range d.run.Snapshot().Tasks {
			w := fleet.Idle
			switch t.Status {
			case rollout.Running:
				w = fleet.Runs
			case rollout.Waiting, rollout.Held:
				w = fleet.Waits
			case rollout.FailedTask:
				w = fleet.Failed
			case rollout.Done, rollout.Stopped, rollout.LostTask, rollout.SkippedTask, rollout.Dropped:
			}
			work[t.Host] = max(work[t.Host], w)
		}
	}
	m.fleet.SetWork(work)
}

// going are the deployments of this session that were begun, the latest first.
func (m *Model) going() []fleet.Going {
	var out []fleet.Going
	for _, d := range slices.Backward(m.deps) {
		if d.run == nil {
			continue
		}
		s := d.run.Snapshot()
		g := fleet.Going{Name: d.run.Name(), Done: s.StepsDone, Steps: s.Steps}
		switch d.run.State() {
		case run.Running:
			g.Status = fleet.Runs
		case run.Failed, run.Refused:
			g.Status, g.Note = fleet.Failed, d.run.Trouble()
		case run.Stopped, run.Waits:
			g.Status = fleet.Waits
		case run.Done, run.RolledBack:
		}
		out = append(out, g)
	}
	return out
}

// setFleet gives the fleet's screen the hosts of now.
func (m *Model) setFleet() {
	m.fleetStale = false
	m.fleet.Set(m.hosts, m.cat.Offers, m.now)
}

func (m *Model) showHosts() {
	m.fleet.SetConnection(m.links.conn)
	m.setFleet()
	m.catalogue.Set(m.cat, m.hosts)
	for _, d := range m.deps {
		d.build.SetHosts(m.hosts, m.cat.Offers, m.runName)
	}
}
