package xmpp_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
)

// Who follows a run is told how it ended when the agent leaves, and not only when it
// is back.
func TestTheLastEventsAreToldBeforeAnAgentLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := xmpptest.InMemory(t)
		defer p.Close()
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		var last spec.Event
		limit, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		followed := make(chan error, 1) // one
		go func() {
			followed <- p.Agent.Follow(limit, "r1", 0, func(ev spec.Event) error { last = ev; return nil })
		}()
		time.Sleep(1500 * time.Millisecond) // virtual; between two looks at the presence
		now, interrupt := context.WithCancel(t.Context())
		interrupt()
		_ = p.Service.Drain(now) // interrupts the step
		patience, done := context.WithTimeout(t.Context(), 2*time.Second)
		defer done()
		p.Responder.Drain(patience)
		if patience.Err() != nil {
			t.Error("it waited for nothing")
		}
		p.Responder.Close()
		time.Sleep(time.Second)
		if h := p.Client.Hosts()[0]; h.Link != spec.LinkOff || h.Busy != "" {
			t.Errorf("the host seems to be %s, with %q", h.Link, h.Busy)
		}
		if err := <-followed; err != nil || last.Kind != spec.EventRunDone || spec.KindOf(last.Err) != spec.Canceled {
			t.Errorf("followed until %+v, error %v", last, err)
		}
	})
}
