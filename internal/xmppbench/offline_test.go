//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"

	"github.com/armonic/armonic/internal/benchreport"
)

// offline measures how long the fleet shows an agent as online that is gone: killed, so
// that its kernel says goodbye, or cut off, so that nobody says anything.
func offline(t *testing.T, p plan, bin string, r *report) {
	b := r.Table("From an agent's loss to \"offline\" in the fleet", "server", "killed: median", "most", "silent cut: median", "most (goal ≤ 30 s)")
	t.Run("over", func(t *testing.T) { // ends when both have
		for _, k := range p.kinds {
			t.Run(string(k), func(t *testing.T) {
				t.Parallel() // it is only waiting
				offlineOver(t, p, k, bin, b)
			})
		}
	})
	b.Note(t, fmt.Sprintf("Of %d agents killed one after another, and %d cut off at different times after their last ping, with the settings that `armonic server init` writes.",
		p.kills, p.stalls))
}

var rowing sync.Mutex // for those who measure at the same time

func offlineOver(t *testing.T, p plan, k xmpptest.Kind, bin string, b *benchreport.Table) {
	f := newFleet(t, k, bin)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var killed []time.Duration
	for i := range p.kills {
		a := f.agent(t, webName(i), f.server.TLS)
		f.online(t, 1) // the others are dead
		from := time.Now()
		a.kill()
		off, err := f.offline(ctx, webName(i))
		must(t, err)
		killed = append(killed, off.Sub(from))
	}
	cells := []string{string(k)}
	mid, most := span(killed, ms)
	cells = append(cells, mid, most)
	if silent := stalled(t, f, p.stalls); len(silent) == 0 {
		cells = append(cells, "-", "-")
	} else {
		mid, most = span(silent, sec)
		cells = append(cells, mid, goal(most, slices.Max(silent) <= 30*time.Second))
	}
	rowing.Lock()
	defer rowing.Unlock()
	b.Row(t, cells...)
}

// stalled cuts off n agents, all at different times after they connected.
func stalled(t *testing.T, f *fleet, n int) []time.Duration {
	t.Helper()
	proxies := make([]*xmpptest.Proxy, n)
	name := func(i int) string { return fmt.Sprint("cut", i) }
	for i := range n {
		proxies[i] = xmpptest.NewProxy(t, f.server.TLS)
		f.agent(t, name(i), proxies[i].Address)
		time.Sleep(1700 * time.Millisecond) // pings are sent every 15 s
	}
	f.online(t, n)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var wg sync.WaitGroup
	out, errs := make([]time.Duration, n), make([]error, n)
	for i := range n {
		from := time.Now()
		proxies[i].Stall()
		wg.Go(func() {
			off, err := f.offline(ctx, name(i))
			out[i], errs[i] = off.Sub(from), err
		})
	}
	wg.Wait()
	must(t, errors.Join(errs...))
	return out
}
