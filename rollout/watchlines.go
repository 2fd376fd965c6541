package rollout

import (
	"context"
	"slices"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// askAgain is how long a host that is away is left alone. What a host has to tell is waited for so
// that lines come by time: firstWords for what was said before it was listened to, lastWords for
// the rest of a run that is known to have ended, each once.
const (
	askAgain   = 5 * time.Second
	firstWords = 250 * time.Millisecond
	lastWords  = 2 * time.Second
)

// hearing is one run of a deployment that is watched, as its host tells of it. The watch and the
// goroutine that listens share it under the watch's lock.
type hearing struct {
	run   spec.RunID
	host  spec.Host
	task  resolver.TaskID
	steps []spec.Step // of the run

	waited bool          // for what was said to its end
	live   bool          // it was executed when its host was asked
	last   int           // the sequence number of the last event that was heard
	lines  []LogLine     // that were heard and not yet given
	asked  chan struct{} // closed when the host has answered
	stop   context.CancelFunc
	done   bool      // all was heard, or the host keeps it no more
	next   time.Time // when the host is asked again, if it is not being asked
	asking bool
}

// Lines gives, by time, what hosts said in runs of the deployment since it was asked for last. It
// waits for what they keep of runs that have ended; those that still run are listened to until ctx
// ends or the watch is closed, so that the next call gives what was said meanwhile. Hosts that are
// away are asked again; runs that they keep no more are left out.
func (w *Watch) Lines(ctx context.Context) []LogLine {
	var ended []*hearing
	begins := false
	for _, r := range w.records {
		t := w.state.Task(r.Task)
		if r.Kind != RecordHandedOver || r.Run == "" || t == nil {
			continue
		}
		running := t.Run == r.Run && t.Status == Running
		h := w.heard[r.Run]
		if h == nil {
			if w.heard == nil {
				w.heard = map[spec.RunID]*hearing{}
			}
			h = &hearing{run: r.Run, host: t.Host, task: t.ID, steps: t.Steps[min(max(r.Step, 0), len(t.Steps)):]}
			w.heard[r.Run] = h
		}
		begins = w.listen(ctx, h, running) && running || begins
		if !running && !h.waited {
			h.waited = true
			ended = append(ended, h)
		}
	}
	if begins {
		pause(ctx, firstWords)
	}
	for _, h := range ended {
		h.wait()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []LogLine
	for _, h := range w.heard {
		out = append(out, h.lines...)
		h.lines = nil
	}
	slices.SortStableFunc(out, func(a, b LogLine) int { return a.At.Compare(b.At) })
	return out
}

// wait waits until the host has told of a run that has ended.
func (h *hearing) wait() {
	if !h.live { // asking it takes no longer than it may
		<-h.asked
		return
	}
	t := time.NewTimer(lastWords)
	defer t.Stop()
	select {
	case <-h.asked:
	case <-t.C:
	}
}

// Heard reports whether all was given that hosts said in runs that were handed over.
func (w *Watch) Heard() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.heard {
		if !h.done || len(h.lines) > 0 {
			return false
		}
	}
	return true
}

// listen asks the host of a run to tell of it, unless that is done, or not yet due, and reports
// whether it did.
func (w *Watch) listen(ctx context.Context, h *hearing, running bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h.done || h.asking || w.now().Before(h.next) {
		return false
	}
	ctx, h.stop = context.WithCancel(ctx)
	h.asking, h.asked, h.live = true, make(chan struct{}), running
	w.listening.Go(func() {
		err := w.hear(ctx, h, running)
		w.mu.Lock()
		defer w.mu.Unlock()
		h.stop()
		h.done = err == nil || !isAway(err) // it is kept no more
		h.asking, h.next = false, w.now().Add(askAgain)
		close(h.asked)
	})
	return true
}

// hear takes what a host tells of a run: while it is executed for as long as that takes.
func (w *Watch) hear(ctx context.Context, h *hearing, running bool) error {
	follow := func(ctx context.Context, a spec.Agent) error {
		return a.Follow(ctx, h.run, h.last, func(ev spec.Event) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			h.take(ev)
			return nil
		})
	}
	if !running {
		return deploy.AskHost(ctx, w.fleet, h.host, follow)
	}
	a, err := w.fleet.Agent(h.host)
	if err != nil {
		return err
	}
	return follow(ctx, a)
}

// take notes what an event says, each event once.
func (h *hearing) take(ev spec.Event) {
	if ev.Seq <= h.last {
		return
	}
	h.last = ev.Seq
	if ev.Kind != spec.EventLog {
		return
	}
	x := LogLine{At: ev.At, Host: h.host, Task: h.task, Level: ev.Level, Text: ev.Text}
	if ev.Step >= 0 && ev.Step < len(h.steps) {
		x.Step = h.steps[ev.Step].Name()
	}
	h.lines = append(h.lines, x)
}

// Close ends listening to hosts, and waits until nobody does.
func (w *Watch) Close() {
	w.mu.Lock()
	for _, h := range w.heard {
		if h.asking {
			h.stop()
		}
	}
	w.mu.Unlock()
	w.listening.Wait()
}
