package deploy

import (
	"context"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// lookEvery is how often tellAway looks.
const lookEvery = 500 * time.Millisecond

// reportOffline writes a line when the agent of a running task is away, and when it is
// back, until stop is called. If one is away for longer than most, giveUp is called; zero
// is for ever. It looks every now and then, since nothing tells when a call waits.
func reportOffline(e *rollout.Rollout, f deploy.Fleet, w io.Writer, most time.Duration, giveUp func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		told := map[spec.Host]time.Time{}
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			away := offlineHosts(e, f)
			now := time.Now().Format("15:04:05")
			for _, h := range slices.Sorted(maps.Keys(away)) {
				if told[h].IsZero() {
					told[h] = time.Now()
					output.Printf(w, "%s %s does not answer: %s; waiting for it\n", now, h, away[h])
				}
				if most > 0 && time.Since(told[h]) >= most {
					giveUp(spec.Errorf(spec.Unavailable, "%s did not answer for %s", h, most).
						WithHint("the rest was stopped; its agent goes on with what it was given"))
				}
			}
			for _, h := range slices.Sorted(maps.Keys(told)) {
				if _, still := away[h]; !still {
					delete(told, h)
					output.Printf(w, "%s %s answers again\n", now, h)
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// offlineHosts are the hosts that running tasks wait for, and why.
func offlineHosts(e *rollout.Rollout, f deploy.Fleet) map[spec.Host]string {
	out := map[spec.Host]string{}
	links := map[spec.Host]spec.HostStatus{}
	for _, h := range f.Hosts() {
		links[h.Host] = h
	}
	for _, t := range e.Snapshot().Tasks {
		h := links[t.Host]
		switch {
		case t.Status != rollout.Running:
		case h.Link != spec.LinkOn:
			out[t.Host] = "it is offline"
			if !h.Since.IsZero() {
				out[t.Host] += " since " + output.Since(h.Since)
			}
		case t.AwayWhy != nil:
			out[t.Host] = t.AwayWhy.Error()
		}
	}
	return out
}
