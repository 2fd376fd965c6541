//nolint:thelper // the functions given to overEach are benchmarks themselves
package xmpp_test

import (
	"sync/atomic"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
)

// overEach measures over each kind of server, over TCP and over WebSocket.
func overEach(b *testing.B, measure func(*testing.B, *xmpptest.Pair)) {
	for _, k := range xmpptest.Kinds() {
		for link, options := range map[string][]xmpptest.Option{"TCP": nil, "WebSocket": {xmpptest.WebSocket}} {
			b.Run(string(k)+"/"+link, func(b *testing.B) {
				p := xmpptest.OverServer(b, xmpptest.Start(b, k, options...))
				defer p.Close()
				measure(b, p)
			})
		}
	}
}

// A call that changes nothing, from one client to one agent: one after another, and
// 32 at once.
func BenchmarkInfo(b *testing.B) {
	overEach(b, func(b *testing.B, p *xmpptest.Pair) {
		b.Run("alone", func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Agent.Info(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("32 at once", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := p.Agent.Info(b.Context()); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	})
}

// Events of a run, from its start to the last one told.
func BenchmarkFollow(b *testing.B) {
	var runs atomic.Int64
	overEach(b, func(b *testing.B, p *xmpptest.Pair) {
		const lines = 5000
		events := 0
		for b.Loop() {
			id := spec.RunID(rune('a' + runs.Add(1)))
			if err := p.Agent.Start(b.Context(), xmpptest.Count(id, lines)); err != nil {
				b.Fatal(err)
			}
			if err := xmpptest.Told(b.Context(), p.Agent, id, lines+5); err != nil {
				b.Fatal(err)
			}
			events += lines + 5
		}
		b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	})
}
