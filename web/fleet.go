package web

import (
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// fleet is what the page of all hosts shows.
type fleet struct {
	Hosts    []hostRow
	Shown    []hostRow // those that the page has when it is opened
	On, Lost int
	Faulty   int
	Link     *spec.Connection
	Running  []*rollout.Snapshot
	Drafts   []*draft
	Asked    time.Time // when the hosts said what is applied; zero if they have not yet
}

type hostRow struct {
	spec.HostStatus
	Sign     sign
	Services []service
	Err      *spec.Error
	Known    bool // what is applied on it has been read
}

// ID is that of its element.
func (h *hostRow) ID() string { return "host " + string(h.Host) }

// service is a lifecycle of which something is applied.
type service struct {
	Name, State string
	Sign        sign
	Simulated   bool
}

// services are the lifecycles of a host that are more than not installed.
func services(v *deploy.HostView) []service {
	var out []service
	for i := range v.Stacks {
		s := &v.Stacks[i]
		x := service{s.Path.Lifecycle(), s.Top(), sign{"✓", "applied", "good"}, s.Simulated}
		switch {
		case s.Doing != nil:
			x.Sign = sign{"▶", s.Doing.Name(), "busy"}
		case s.Fault != nil:
			x.Sign = sign{"✗", s.Fault.Step.Name() + " failed", "bad"}
		case len(s.Applied) < 2:
			continue
		}
		out = append(out, x)
	}
	return out
}

// connection is that to the server; nil if the fleet is reached without one.
func (d *Desk) connection() *spec.Connection {
	if c, ok := d.Fleet.(deploy.Connected); ok {
		link := c.Connection()
		return &link
	}
	return nil
}

func (v *visit) fleet(said surveyed) fleet {
	views := said.views
	f := fleet{Drafts: v.unfinished(), Asked: said.at, Link: v.connection()}
	for _, c := range v.all() {
		if s := c.Snapshot(); !s.Over {
			f.Running = append(f.Running, s)
		}
	}
	byHost := map[spec.Host]*deploy.HostView{}
	for i := range views {
		byHost[views[i].Host] = &views[i]
	}
	for _, h := range v.Fleet.Hosts() {
		row := hostRow{HostStatus: h, Sign: link(h.Link)}
		if x := byHost[h.Host]; x != nil {
			row.Services, row.Err, row.Known = services(x), x.Err, true
		}
		for _, s := range row.Services {
			if s.Sign.Class == "bad" {
				row.Sign = sign{"✗", s.Name + ": " + s.Sign.Word, "bad"}
			}
		}
		switch {
		case h.Link == spec.LinkOn && row.Sign.Class == "bad":
			f.Faulty++
		case h.Link == spec.LinkOn && h.Busy != "":
			row.Sign = sign{"▶", "busy", "busy"}
		}
		switch h.Link {
		case spec.LinkOn:
			f.On++
		case spec.LinkLost:
			f.Lost++
		case spec.LinkOff:
		}
		f.Hosts = append(f.Hosts, row)
	}
	return f
}

// fleetPage shows what is known without asking hosts; what they say follows. ?read asks them
// first, for browsers without scripts.
func fleetPage(v *visit) error {
	said := v.known()
	if v.r.URL.Query().Has("read") {
		said = v.look(v.r.Context(), v.conf.Now(), surveyAge)
	}
	f := v.fleet(said)
	f.Shown = f.Hosts
	if !v.r.URL.Query().Has("read") {
		f.Shown = f.Hosts[:min(firstRows, len(f.Hosts))]
	}
	return v.show("fleet", "fleet", "Fleet", f)
}

// How often the page of the fleet is looked at again, and hosts are asked again.
const (
	fleetPace = time.Second
	fleetAge  = 15 * time.Second
)

// fleetLive sends what has changed.
func fleetLive(v *visit) error {
	s := v.stream()
	heard, links, shown := time.Now(), "", time.Time{}
	for {
		said := v.look(v.r.Context(), v.conf.Now(), fleetAge)
		f := v.fleet(said)
		if err := s.put("fleet", "summary", f); err != nil {
			return nil //nolint:nilerr // the page was left
		}
		if now := v.Desk.links(); now != links || !said.at.Equal(shown) {
			links, shown = now, said.at
			rows := make([]row, len(f.Hosts))
			for i := range f.Hosts {
				rows[i] = row{id: f.Hosts[i].ID(), body: &f.Hosts[i]}
			}
			if err := s.rows("fleet", "host", "hosts", rows); err != nil {
				return nil //nolint:nilerr // the page was left
			}
		}
		if time.Since(heard) > idlePace {
			heard = time.Now()
			if err := s.send("idle", "", nil); err != nil {
				return nil //nolint:nilerr // the page was left
			}
		}
		if !v.pause(fleetPace) {
			return nil
		}
	}
}
