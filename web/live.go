package web

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/rollout"
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
const batch = 2000

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
	next, version, quiet := v.last(), 0, time.Duration(0)
	for {
		snap := src.snapshot()
		x := describe(snap, v.conf.Now())
		x.Here = src.own != nil
		if err := s.put("deployment", "state", x); err != nil {
			return nil //nolint:nilerr // the page was left
		}
		lines, upTo := src.lines(next)
		if err := s.lines(lines, upTo); err != nil {
			return nil //nolint:nilerr // the page was left
		}
		if quiet += livePace; len(lines) > 0 {
			quiet = 0
		}
		if next = upTo; quiet > idlePace {
			quiet = 0
			if err := s.send("idle", "", nil); err != nil {
				return nil //nolint:nilerr // the page was left
			}
		}
		if src.own == nil {
			if !v.pause(lookPace) {
				return nil
			}
			if c := v.carried(snap.ID); c != nil { // it was taken over, here
				src, next = source{own: c}, 0
				continue
			}
			quiet += lookPace
			if _, err := src.watch.Look(v.r.Context()); err != nil && v.r.Context().Err() != nil {
				return nil //nolint:nilerr // the page was left
			}
			continue
		}
		if !v.pause(livePace) {
			return nil
		}
		version = waitChanged(v.r.Context(), src.own.Rollout, version)
	}
}

// waitChanged waits for something new, but not for ever.
func waitChanged(ctx context.Context, r *rollout.Rollout, version int) int {
	ctx, cancel := context.WithTimeout(ctx, lookPace)
	defer cancel()
	return r.Changed(ctx, version)
}

func (s *stream) lines(lines []rollout.LogLine, upTo int) error {
	if len(lines) == 0 {
		return nil
	}
	missed := max(0, len(lines)-batch)
	html, err := s.v.part("deployment", "lines", logLines(lines[missed:]))
	if err != nil {
		return err
	}
	return s.send("lines", strconv.Itoa(upTo), sentLines{html, missed})
}
