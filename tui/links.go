package tui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// links is what a fleet says of itself without asking anybody.
type links struct {
	hosts []spec.HostStatus
	conn  spec.Connection
}

func linksOf(f deploy.Fleet) links {
	out := links{hosts: f.Hosts(), conn: spec.Connection{Up: true}}
	if c, ok := f.(deploy.Connected); ok {
		out.conn = c.Connection()
	}
	return out
}

// same compares moments as moments, whatever zone they are told in.
func (l links) same(x links) bool {
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

// firstLook is for what need not be read from any host.
func (m *Model) firstLook() tea.Cmd {
	f := m.cfg.Fleet
	return func() tea.Msg { return linked{linksOf(f)} }
}

// poll looks, every while, whether a link has changed, and brings a message only then.
func (m *Model) poll() tea.Cmd {
	ctx, f, d, was := m.ctx, m.cfg.Fleet, m.cfg.Poll, m.links
	return func() tea.Msg {
		for pause(ctx, d) {
			if now := linksOf(f); !now.same(was) {
				return linked{now}
			}
		}
		return nil
	}
}

// count redraws every second while the time to the next try is shown.
func (m *Model) count() tea.Cmd {
	if m.counts || m.links.conn.Up {
		return nil
	}
	m.counts = true
	ctx := m.ctx
	return func() tea.Msg {
		if !pause(ctx, time.Second) {
			return nil
		}
		return counted{}
	}
}

// onLinks shows at once which hosts came, went, or changed their link, and reads the
// fleet again if there is somebody to ask.
func (m *Model) onLinks(msg linked) tea.Cmd {
	was := m.links.conn.Up
	m.links = msg.now
	news := m.merge()
	cmds := []tea.Cmd{m.poll(), m.count()}
	if !m.links.conn.Up || was && len(news) == 0 {
		return batch(cmds...)
	}
	if len(news) <= 16 { // they need not wait for all others
		for _, h := range news {
			if m.links.of(h) != nil {
				cmds = append(cmds, m.surveyHost(h))
			}
		}
	}
	cmds = append(cmds, m.survey())
	for _, d := range m.deps {
		if d.exec == nil || d.run.Snapshot().Over {
			d.session.Refresh()
			cmds = append(cmds, m.refreshed(d))
		}
	}
	return batch(cmds...)
}

// merge gives the hosts that were read the links of now, and tells of which hosts
// that was news. Before the first reading there is nothing to merge with.
func (m *Model) merge() (news []spec.Host) {
	for _, d := range m.deps {
		m.tellLinks(d)
	}
	if m.hosts == nil {
		return nil
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
			if old.Link != s.Link {
				v.Err = nil
				news = append(news, s.Host)
			}
		} else {
			news = append(news, s.Host)
		}
		next = append(next, v)
	}
	for h := range known {
		if m.links.of(h) == nil {
			news = append(news, h)
		}
	}
	m.hosts = next
	m.showHosts()
	return news
}

// tellLinks lets the screen of a deployment show which of its hosts are away.
func (m *Model) tellLinks(d *deployment) {
	if d.run != nil {
		d.run.SetLinks(m.links.hosts, m.links.conn)
	}
}

func (m *Model) showHosts() {
	m.fleet.SetConnection(m.links.conn)
	m.fleet.Set(m.hosts, m.cat.Offers, m.now)
	m.catalogue.Set(m.cat, m.hosts)
	for _, d := range m.deps {
		d.build.SetHosts(m.hosts)
	}
}
