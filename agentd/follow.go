package agentd

import (
	"context"
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// followBatch is how many events a follower takes before it looks again: it holds no more.
const followBatch = 256

// Follow tells what happened in a run and what happens next, each event once and in
// order, until the run has ended. Where events were dropped it says how many, in an
// event that has the number of the last of them.
func (s *Service) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	r, err := s.find(id)
	if err != nil {
		return err
	}
	send := func(ev spec.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		ev.Returns = value.Clone(ev.Returns)
		ev.Stack = slices.Clone(ev.Stack)
		return fn(ev)
	}
	after = max(after, 0)
	for {
		s.mu.Lock()
		next, _ := slices.BinarySearchFunc(r.events, after+1, func(ev spec.Event, seq int) int { return ev.Seq - seq })
		events := slices.Clone(r.events[next:min(next+followBatch, len(r.events))])
		more := next+followBatch < len(r.events)
		changed, ended := r.changed, r.ended
		s.mu.Unlock()
		for _, ev := range events {
			if missing := ev.Seq - 1 - after; missing > 0 && !isGapNotice(ev) {
				if err := send(dropped(ev, missing)); err != nil {
					return err
				}
			}
			if err := send(ev); err != nil {
				return err
			}
			after = ev.Seq
		}
		switch {
		case more:
			continue
		case ended:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// dropped stands for the events that are missing before one.
func dropped(before spec.Event, n int) spec.Event {
	text := fmt.Sprintf("%d older events were dropped", n)
	if n == 1 {
		text = "an older event was dropped"
	}
	return gapNotice(before, text)
}

// gapNotice is a line that the agent says itself, in the place before an event.
func gapNotice(before spec.Event, text string) spec.Event {
	return spec.Event{Run: before.Run, Seq: before.Seq - 1, At: before.At,
		Kind: spec.EventLog, Step: -1, Level: spec.LevelWarn, Text: text}
}

// isGapNotice tells such a line, which says that events before it are missing, from
// those of steps.
func isGapNotice(ev spec.Event) bool { return ev.Kind == spec.EventLog && ev.Step < 0 }
