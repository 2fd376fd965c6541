//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"

	"github.com/armonic/armonic/internal/benchreport"
)

// inFlight calls are made at once.
const inFlight = 32

// calls measures calls that change nothing, and beside them bare iqs with the same
// bytes in them, over a session of the same kind to as many others. They take turns,
// so that what else the machine does concerns both.
func calls(t *testing.T, p plan, bin string, r *report) {
	b := r.Table("Calls (Info), 32 in flight, one client", "server", "agents", "calls/s", "p50", "p99", "bare iqs/s", "p50", "p99", "ratio (goal ≤ 1.3)")
	for _, k := range p.kinds {
		t.Run(string(k), func(t *testing.T) { callsOver(t, p, k, bin, b) })
	}
	b.Note(t, "Client, server and agents (all in one process) share the machine. Ratio: bare iqs/s by calls/s, the median of all turns.")
}

func callsOver(t *testing.T, p plan, k xmpptest.Kind, bin string, b *benchreport.Table) {
	f := newFleet(t, k, bin)
	others := newPeers(t, f)
	keeper := answering(account("echoed", f.server.TLS, f.server.CAFile))
	t.Cleanup(keeper.Close)
	bare, err := keeper.Wait(t.Context(), false)
	must(t, err)
	var text []byte
	for _, n := range p.agents {
		others.do(t, "agents %d", n)
		f.online(t, n)
		agents, echoes := make([]spec.Agent, n), make([]session.JID, n)
		for i := range n {
			agents[i] = f.client.AgentOf(session.JID(agentName(i) + "@" + xmpptest.Domain))
			echoes[i] = session.JID(echoName(i) + "@" + xmpptest.Domain + "/agent")
		}
		if text == nil {
			info, err := agents[0].Info(t.Context())
			must(t, err)
			text, err = value.Encode(info, value.Hide())
			must(t, err)
		}
		others.do(t, "echoes %d %s", n, text)
		ours := func(i int) error {
			info, err := agents[i%n].Info(t.Context())
			if err == nil && string(info.Host) != agentName(i%n) {
				return fmt.Errorf("%s answered for %s", info.Host, agentName(i%n))
			}
			return err
		}
		theirs := func(i int) error {
			e, err := bare.Call(t.Context(), "set", echoes[i%n], question())
			if err == nil && e.Kid(wire.Namespace, "result") == nil {
				return errors.New("an echo has nothing in it")
			}
			return err
		}
		hammer(t, p.slice, ours) // to be warm
		hammer(t, p.slice, theirs)
		var x, y turns
		var ratios []float64
		for range p.turns {
			x.add(hammer(t, p.slice, ours))
			y.add(hammer(t, p.slice, theirs))
			ratios = append(ratios, y.rates[len(y.rates)-1]/x.rates[len(x.rates)-1])
		}
		ratio := median(ratios)
		b.Row(t, string(k), fmt.Sprint(n), fmt.Sprintf("%.0f", median(x.rates)), ms(quantile(x.waits, 0.5)), ms(quantile(x.waits, 0.99)),
			fmt.Sprintf("%.0f", median(y.rates)), ms(quantile(y.waits, 0.5)), ms(quantile(y.waits, 0.99)),
			goal(fmt.Sprintf("%.2f", ratio), ratio <= 1.3))
	}
}

// question and result are what is in a call, and in its answer.
func question() *session.Element {
	return session.New(wire.Namespace, "call", "v", "1", "op", "info", "ref", rand.Text()).WithText("{}")
}

func result(text string) *session.Element {
	return session.New(wire.Namespace, "result").WithText(text)
}

// turns are what was measured in several of them.
type turns struct {
	rates []float64
	waits []time.Duration
}

func (x *turns) add(rate float64, waits []time.Duration) {
	x.rates = append(x.rates, rate)
	x.waits = append(x.waits, waits...)
}

// hammer calls for a while, always so many at once. It gives how many were answered in
// a second, and how long each took.
func hammer(t testing.TB, d time.Duration, call func(i int) error) (float64, []time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var next atomic.Int64
	var wg sync.WaitGroup
	waits := make([][]time.Duration, inFlight)
	errs := make([]error, inFlight)
	began := time.Now()
	for w := range inFlight {
		wg.Go(func() {
			for ctx.Err() == nil && errs[w] == nil {
				from := time.Now()
				errs[w] = call(int(next.Add(1)))
				waits[w] = append(waits[w], time.Since(from))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	must(t, errors.Join(errs...))
	var all []time.Duration
	for _, w := range waits {
		all = append(all, w...)
	}
	return float64(len(all)) / took.Seconds(), all
}
