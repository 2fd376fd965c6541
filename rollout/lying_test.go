package rollout_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// lying is an agent that tells something else of runs than what happens.
type lying struct {
	spec.Agent
	lie func(spec.Event) spec.Event
}

func (l lying) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	return l.Agent.Follow(ctx, id, after, func(ev spec.Event) error { return fn(l.lie(ev)) })
}

// What a broken or hostile agent tells ends its own task only, as one whose outcome is
// not known.
func TestAnAgentThatLiesLosesItsTaskOnly(t *testing.T) {
	for name, lie := range map[string]func(spec.Event) spec.Event{
		"a step out of range": func(ev spec.Event) spec.Event { ev.Step = 7; return ev },
		"a negative step":     func(ev spec.Event) spec.Event { ev.Step = -7; return ev },
		"done at once": func(ev spec.Event) spec.Event {
			if ev.Kind == spec.EventStarted {
				ev.Kind, ev.Stack = spec.EventRunDone, []string{"Off", "On"}
			}
			return ev
		},
		"a false stack": func(ev spec.Event) spec.Event {
			if ev.Stack != nil {
				ev.Stack = []string{"Elsewhere"}
			}
			return ev
		},
		"another run": func(ev spec.Event) spec.Event { ev.Run = "never asked for"; return ev },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := fleettest.NewLab()
				r := roam(t, l, "main", "a", "b")
				s := fleettest.Planned(t, r, "a", "b")
				r.other = lying{r.Fleet.Agents["a"], lie}
				snap := wait(t, start(t, s, nil))
				task := taskOf(snap, "./On.go.parts[a]#0")
				if got := statuses(snap); task.Status != rollout.LostTask || spec.KindOf(task.Err) != spec.Protocol ||
					got["./On.go.parts[b]#0"] != rollout.Done || got[".#1"] != rollout.Held || snap.OK {
					t.Errorf("%v, %v", got, task.Err)
				}
			})
		})
	}
}

// Whatever an agent tells, nothing panics, and what others do is done.
func TestRandomLies(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(seed, 0))
			number := func() int { return []int{-1 << 62, -2, -1, 0, 1, 2, 3, 1 << 62}[dice.IntN(8)] }
			l := fleettest.NewLab()
			r := roam(t, l, "main", "a", "b")
			s := fleettest.Planned(t, r, "a", "b")
			r.other = lying{r.Fleet.Agents["a"], func(ev spec.Event) spec.Event {
				switch dice.IntN(16) {
				case 0:
					ev.Step = number()
				case 1:
					ev.Seq = number()
				case 2:
					ev.Kind = []spec.EventKind{spec.EventQueued, spec.EventStepStarted, spec.EventStepDone, spec.EventStepFailed, spec.EventRunDone, "?"}[dice.IntN(6)]
				case 3:
					ev.Stack = [][]string{nil, {}, {""}, {"Off", "On"}}[dice.IntN(4)]
				case 4:
					ev.Done, ev.Total = number(), number()
				case 5:
					ev.Err = []*spec.Error{nil, {}, {Kind: "unknown"}}[dice.IntN(3)]
				case 6:
					ev.Returns = []any{nil, "x", map[string]any{"addr": nil}, []any{}}[dice.IntN(4)]
				}
				return ev
			}}
			if got := statuses(wait(t, start(t, s, nil))); got["./On.go.parts[b]#0"] != rollout.Done {
				t.Errorf("seed %d: %v", seed, got)
			}
		})
	}
}
