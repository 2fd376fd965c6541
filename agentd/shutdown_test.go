package agentd_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// slow has a provide that takes a minute, twice in one run.
func slow(t testing.TB, did *int) *agentd.Service {
	t.Helper()
	l := &lifecycle.Lifecycle{Name: "Slow", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name: "work",
		Do: func(ctx context.Context, c *lifecycle.Call) (any, error) {
			select {
			case <-time.After(time.Minute):
				*did++
				c.Log(spec.LevelInfo, "worked")
				return nil, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}}}}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func work(id spec.RunID, times int) spec.Run {
	r := spec.Run{ID: id, Work: spec.Work{Lifecycle: "Slow", From: []string{"A"}}}
	for range times {
		r.Steps = append(r.Steps, spec.Step{Action: spec.Call, State: "A", Provide: "work"})
	}
	return r
}

func TestDrainFinishesTheStepAndBeginsNoOther(t *testing.T) {
	for name, tt := range map[string]struct {
		steps  int
		within time.Duration // of patience
		did    int
		err    error
		end    string
		hint   bool
	}{
		"a step is left":    {steps: 2, within: time.Hour, did: 1, end: "the agent of h was stopped before it could call A.work", hint: true},
		"it was the last":   {steps: 1, within: time.Hour, did: 1},
		"nobody has time":   {steps: 2, within: time.Second, did: 0, err: context.DeadlineExceeded, end: "/h/Slow/A/work: cannot call A.work: it was stopped"},
		"nothing is waited": {steps: 0, within: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				did := 0
				s := slow(t, &did)
				if tt.steps > 0 {
					for _, r := range []spec.Run{work("r1", tt.steps), work("r2", 1)} {
						if err := s.Start(t.Context(), r); err != nil {
							t.Fatal(err)
						}
					}
				}
				var told []spec.Event // to one who follows all the time
				go func() {
					_ = s.Follow(t.Context(), "r1", 0, func(ev spec.Event) error { told = append(told, ev); return nil })
				}()
				synctest.Wait()
				go func() {
					time.Sleep(time.Millisecond)
					if err := s.Start(t.Context(), work("r3", 1)); spec.KindOf(err) != spec.Unavailable || spec.HintOf(err) == "" {
						t.Errorf("a run that comes while the agent stops: %v", err)
					}
					if tt.steps > 0 {
						if err := s.Start(t.Context(), work("r1", tt.steps)); err != nil {
							t.Errorf("starting again what it has: %v", err)
						}
					}
				}()
				ctx, cancel := context.WithTimeout(t.Context(), tt.within)
				defer cancel()
				if err := s.Drain(ctx); !errors.Is(err, tt.err) {
					t.Errorf("draining: %v", err)
				}
				time.Sleep(time.Second)
				if did != tt.did {
					t.Errorf("%d steps were done", did)
				}
				if tt.steps == 0 {
					return
				}
				synctest.Wait()
				last := told[len(told)-1]
				if last.Kind != spec.EventRunDone || tt.end == "" && last.Err != nil || tt.end != "" && (spec.KindOf(last.Err) != spec.Canceled || last.Err.Error() != tt.end) {
					t.Errorf("the run ended with %+v", last)
				}
				if tt.hint && last.Err.Hint == "" {
					t.Error("nobody says how to go on")
				}
				waiting := follow(t, s, "r2")
				if end := waiting[len(waiting)-1].Err; len(waiting) != 2 || spec.KindOf(end) != spec.Canceled || end.Error() != "the agent of h was stopped before the run began" {
					t.Errorf("the run that waited: %v", waiting)
				}
			})
		})
	}
}
