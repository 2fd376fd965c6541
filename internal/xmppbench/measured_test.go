package xmppbench_test

import (
	"os"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/internal/xmpptest"
)

// plan says how much is measured.
type plan struct {
	kinds []xmpptest.Kind

	agents []int         // that calls are made to, growing
	slice  time.Duration // calls and stanzas take turns of this length
	turns  int

	hosts   []int // that a step is done on, growing
	rounds  int   // how often
	ansible bool  // beside it
	starts  int   // of a command

	work  int           // runs that an agent does before its memory is looked at
	idle  time.Duration // and how long it then does nothing
	fleet int           // agents that a client knows, whose memory is looked at

	sites       int // hosts of a deployment
	deployments int // with a room, and as many without

	kills, stalls int
}

func small() plan {
	return plan{kinds: xmpptest.Kinds(), agents: []int{1, 3}, slice: 50 * time.Millisecond, turns: 1,
		hosts: []int{1, 2}, rounds: 1, starts: 2, work: 1, idle: 100 * time.Millisecond, fleet: 5, sites: 3, deployments: 1, kills: 1}
}

func full() plan {
	return plan{kinds: []xmpptest.Kind{xmpptest.Prosody, xmpptest.Ejabberd},
		agents: []int{1, 10, 100, 500}, slice: time.Second, turns: 7,
		hosts: []int{1, 10, 50}, rounds: 7, ansible: true, starts: 20,
		work: 20, idle: 30 * time.Second, fleet: 500, sites: 200, deployments: 3, kills: 10, stalls: 10}
}

// TestMeasured takes every measurement: in small, to see that it can be taken, or in
// full with ARMONIC_BENCH=full, and then prints what was found.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	p := small()
	if os.Getenv("ARMONIC_BENCH") == "full" {
		p = full()
	}
	r := &report{}
	bin := benchreport.Program(t)
	for _, section := range []struct {
		name string
		take func(*testing.T, plan, string, *report)
	}{
		{"calls", calls}, {"step", step}, {"ansible", ansible}, {"start", start}, {"memory", memory}, {"deployment", deployment}, {"offline", offline},
	} {
		t.Run(section.name, func(t *testing.T) { section.take(t, p, bin, r) })
	}
	if os.Getenv("ARMONIC_BENCH") == "full" {
		r.Print(t)
	}
}
