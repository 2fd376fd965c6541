package web

import (
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// fleet is what the page of all hosts shows.
type fleet struct {
	Hosts    []hostRow
	On, Lost int
	Faulty   int
	Link     *spec.Connection
	Running  []*carried
	Drafts   []*draft
}

type hostRow struct {
	spec.HostStatus
	Sign     sign
	Services []service
	Err      *spec.Error
	Known    bool // what is applied on it has been read
}

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

func (v *visit) fleet(views []deploy.HostView) fleet {
	f := fleet{Running: v.all(), Drafts: v.unfinished()}
	if c, ok := v.Fleet.(deploy.Connected); ok {
		link := c.Connection()
		f.Link = &link
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
	views := v.known()
	if v.r.URL.Query().Has("read") {
		views, _ = v.look(v.r.Context(), v.conf.Now(), surveyAge)
	}
	return v.show("fleet", "fleet", "Fleet", v.fleet(views))
}

// How often the page of the fleet is looked at again, and hosts are asked again.
const (
	fleetPace = time.Second
	fleetAge  = 15 * time.Second
)

// fleetLive sends the page again whenever something changes.
func fleetLive(v *visit) error {
	s := v.stream()
	for before := ""; ; {
		now := v.conf.Now()
		age := fleetAge
		links := ""
		for _, h := range v.Fleet.Hosts() {
			links += string(h.Host) + string(h.Link) + string(h.Busy) + " "
		}
		if links != before {
			before, age = links, 0 // what a host does or did has changed
		}
		views, _ := v.look(v.r.Context(), now, age)
		if err := s.put("fleet", "wall", v.fleet(views)); err != nil {
			return nil //nolint:nilerr // the page was left
		}
		if !v.pause(fleetPace) {
			return nil
		}
	}
}

// pause waits, and reports whether the page is still there.
func (v *visit) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-v.r.Context().Done():
		return false
	}
}
