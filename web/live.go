package web

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// How often a page is told what is new: of what is carried out here, as soon as it is, but
// not more often; of what is carried out elsewhere, by reading its log.
const (
	livePace = 250 * time.Millisecond
	lookPace = time.Second
	idlePace = 20 * time.Second // how long nothing is sent at most, so that a dead page is seen
)

// batch is how many lines are sent at once at most: a page that cannot keep up with more is
// told how many it has missed.
const batch = 200

// sentLines are lines of a log, for a page.
type sentLines struct {
	HTML   string `json:"html"`
	Missed int    `json:"missed,omitempty"`
}

// deploymentLive sends what happens, from the line of the log on that the page has: whoever
// was cut off gets what came meanwhile.
func deploymentLive(v *visit) error {
	src, err := v.source()
	if err != nil {
		return err
	}
	s := v.stream()
	id := src.snapshot().ID
	sent, heard, version := v.last(), time.Now(), 0
	for {
		fresh, upTo, err := s.deployment(src, sent)
		if err != nil {
			return nil //nolint:nilerr // the page was left
		}
		sent = upTo
		if now := time.Now(); fresh {
			heard = now
		} else if now.Sub(heard) > idlePace {
			heard = now
			if err := s.send("idle", "", nil); err != nil {
				return nil //nolint:nilerr // the page was left
			}
		}
		pace := livePace
		if src.own == nil {
			pace = lookPace
		}
		if !v.pause(pace) {
			return nil
		}
		switch c := v.carried(id); {
		case c != src.own: // it was taken over here, or left to others: the lines have other numbers
			if src, err = v.source(); err != nil {
				return s.send("end", "", nil)
			}
			sent, version = 0, 0
		case c != nil:
			version = waitChanged(v.r.Context(), c.Rollout, version)
		default:
			if err := src.other.look(v.r.Context()); err != nil && v.r.Context().Err() != nil {
				return nil //nolint:nilerr // the page was left
			}
		}
	}
}

// deployment sends how a deployment stands, and the lines of its log after a number. It reports
// whether there were some, and the number of the last one.
func (s *stream) deployment(src source, after int) (fresh bool, upTo int, err error) {
	snap := src.snapshot()
	x := describe(snap, s.v.conf.Now())
	x.Here, x.May, x.Link = src.own != nil, s.v.may(x.on()), s.v.connection()
	if err := s.put("deployment", "state", x); err != nil {
		return false, after, err
	}
	rows := make([]row, len(x.Hosts))
	for i := range x.Hosts {
		rows[i] = row{x.Hosts[i].ID(), x.Hosts[i].mark(), &x.Hosts[i]}
	}
	if err := s.rows("deployment", "lane", "lanes", rows); err != nil {
		return false, after, err
	}
	lines, upTo, missed := src.lines(after, batch)
	if len(lines) == 0 {
		return false, upTo, nil
	}
	html, err := s.v.part("deployment", "lines", logLines(lines, snap.ID))
	if err != nil {
		return false, after, err
	}
	return true, upTo, s.send("lines", strconv.Itoa(upTo), sentLines{html, missed})
}

// on are the hosts of a deployment.
func (x *one) on() []spec.Host {
	out := make([]spec.Host, len(x.Hosts))
	for i := range x.Hosts {
		out[i] = x.Hosts[i].Host
	}
	return out
}

// waitChanged waits for something new, but not for ever.
func waitChanged(ctx context.Context, r *rollout.Rollout, version int) int {
	ctx, cancel := context.WithTimeout(ctx, lookPace)
	defer cancel()
	return r.Changed(ctx, version)
}
