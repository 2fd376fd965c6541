//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"

	"github.com/armonic/armonic/internal/benchreport"
)

// idleModule offers a provide that does nothing.
const idleModule = `"""Does nothing."""

def _nothing(ctx):
    pass

lifecycle("Idle", states = [state("Here", provides = [provide("nothing", _nothing)])])
`

// webName is what real agents are called.
func webName(i int) string { return fmt.Sprintf("web%d", i+1) }

// stepTable has what Armonic takes beside what Ansible takes.
func stepTable(r *report) *benchreport.Table {
	return r.Table("A step that does nothing, on N hosts", "by", "N", "cold: connects first", "warm: is connected", "by armonic, cold")
}

// step measures one step that does nothing, as a run of its own on each of many real
// agents, from the start to the last one's end: by a client that is connected, and by
// a command that is started for it.
func step(t *testing.T, p plan, bin string, r *report) {
	b := stepTable(r)
	r.cold = map[int]time.Duration{}
	for _, k := range p.kinds {
		t.Run(string(k), func(t *testing.T) {
			f := newFleet(t, k, bin)
			module := filepath.Join(f.dir, "idle.star")
			must(t, os.WriteFile(module, []byte(idleModule), 0o600))
			have := 0
			for _, n := range p.hosts {
				for ; have < n; have++ {
					f.agent(t, webName(have), f.server.TLS, "--no-default-modules", "--module-dir", module)
				}
				f.online(t, n)
				var cold, warm []time.Duration
				warmly(t, f, n)
				for range p.rounds {
					warm = append(warm, warmly(t, f, n))
					out, took := f.run(t, "provide-call", "//Idle//nothing", "-J", "*")
					if got := strings.Count(out, "/Idle is at Here"); got != n {
						t.Fatalf("%d of %d hosts did it:\n%s", got, n, out)
					}
					cold = append(cold, took)
				}
				b.Row(t, "armonic, "+string(k), fmt.Sprint(n), ms(median(cold)), ms(median(warm)), "")
				r.cold[n] = max(r.cold[n], median(cold))
			}
		})
	}
	b.Note(t, fmt.Sprintf("armonic: N real agents, whose journals are durable on disk before and after the step; cold is `armonic provide-call //Idle//nothing -J '*'`, "+
		"a new process; warm is Start and Follow to the end by a client that is connected. Medians of %d.", p.rounds))
}

var runs int // so that no two have the same id

// warmly does the step on n hosts at once.
func warmly(t testing.TB, f *fleet, n int) time.Duration {
	t.Helper()
	runs++
	var wg sync.WaitGroup
	errs := make([]error, n)
	began := time.Now()
	for i := range n {
		run := spec.Run{ID: spec.RunID(fmt.Sprint("bench-", runs)), Work: spec.Work{Lifecycle: "Idle", From: []string{"Here"},
			Steps: []spec.Step{{Action: spec.Call, State: "Here", Provide: "nothing"}}}}
		wg.Go(func() {
			a := f.client.AgentOf(session.JID(webName(i) + "@" + xmpptest.Domain))
			if errs[i] = a.Start(t.Context(), run); errs[i] != nil {
				return
			}
			done := false
			err := a.Follow(t.Context(), run.ID, 0, func(ev spec.Event) error {
				done = done || ev.Kind == spec.EventRunDone && ev.Err == nil
				return nil
			})
			if errs[i] = err; err == nil && !done {
				errs[i] = fmt.Errorf("the run on %s failed", webName(i))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	must(t, errors.Join(errs...))
	return took
}

// start measures a whole command that asks one agent, from nothing to its end.
func start(t *testing.T, p plan, bin string, r *report) {
	b := r.Table("`armonic info -J web1`, from the start of the process to its end", "server", "median", "most", "processor time (goal ≤ 15 ms)")
	for _, k := range p.kinds {
		t.Run(string(k), func(t *testing.T) {
			f := newFleet(t, k, bin)
			f.agent(t, webName(0), f.server.TLS)
			f.online(t, 1)
			var all, used []time.Duration
			for range p.starts {
				cmd := f.command(f.master, f.server.TLS, "info", "-J", webName(0))
				began := time.Now()
				out, err := cmd.CombinedOutput()
				all = append(all, time.Since(began))
				if err != nil || !strings.Contains(string(out), "\n"+webName(0)+" ") {
					t.Fatalf("%v, it says\n%s", err, out)
				}
				used = append(used, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
			}
			mid, most := span(all, ms)
			b.Row(t, string(k), mid, most, goal(ms(median(used)), median(used) <= 15*time.Millisecond))
		})
	}
	b.Note(t, fmt.Sprintf("Of %d starts.", p.starts))
}
