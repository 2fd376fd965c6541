package agent

import (
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// growth is what setGrowth has set.
func growth() int {
	now := debug.SetGCPercent(growthIdle)
	debug.SetGCPercent(now)
	return now
}

// An agent that works spends memory, and gives it back when it has been idle for a while.
func TestWorkingTakesMemoryForAWhile(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(growthIdle))
	synctest.Test(t, func(t *testing.T) {
		begins := make(chan struct{}, 1)
		s, err := agentd.New(agentd.Config{Info: spec.Info{Host: agenttest.Host}, Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(),
			Pace: 10 * time.Second, Begins: func() { session.Wake(begins) }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		defer frugal(s, begins)()
		if got := growth(); got != growthIdle {
			t.Errorf("idle, the heap grows by %d %%", got)
		}
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "count", Inputs: spec.Inputs{"to": {{"n": 5}}}}}}} // a minute
		if err := s.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct {
			after time.Duration
			want  int
		}{{time.Second, growthWorking}, {50 * time.Second, growthWorking}, {time.Minute, growthIdle}} {
			time.Sleep(at.after)
			synctest.Wait()
			if got := growth(); got != at.want {
				t.Errorf("%s later the heap grows by %d %%, want %d", at.after, got, at.want)
			}
		}
	})
}
