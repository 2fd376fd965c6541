//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
)

// memory looks at what agents and clients have in use when they are idle.
func memory(t *testing.T, p plan, bin string, r *report) {
	b := r.Table("Memory in use (RSS)", "what", "RSS", "of it no file's")
	row := func(t *testing.T, what string, pid int, limit float64) (own int) {
		t.Helper()
		all, own := resident(t, pid)
		text := fmt.Sprintf("%.1f MB", mb(all))
		if limit > 0 {
			text = goal(text, mb(all) <= limit)
		}
		b.Row(t, what, text, fmt.Sprintf("%.1f MB", mb(own)))
		return own
	}
	for _, k := range p.kinds {
		t.Run(string(k), func(t *testing.T) {
			f := newFleet(t, k, bin)
			fresh := f.agent(t, webName(0), f.server.TLS)
			worked := f.agent(t, webName(1), f.server.TLS)
			f.online(t, 2)
			for range p.work {
				f.run(t, "provide-call", "//WebServer//start", "-J", webName(1))
				f.run(t, "state-goto", "//WebServer/NotInstalled", "-J", webName(1), "--yes")
			}
			time.Sleep(p.idle)
			row(t, "agent that has done nothing, "+string(k)+" (goal ≤ 16 MB)", fresh.pid, 16)
			row(t, fmt.Sprintf("agent that has done %d runs, %s", 2*p.work, k), worked.pid, 0)
		})
	}
	t.Run("many", func(t *testing.T) {
		f := newFleet(t, xmpptest.Prosody, bin)
		agents, client := newPeers(t, f), newPeers(t, f)
		agents.do(t, "agents 1")
		f.online(t, 1)
		client.do(t, "master 1")
		_, before := resident(t, agents.pid)
		row(t, "client of 1 agent", client.pid, 0)
		agents.do(t, "agents %d", p.fleet)
		client.do(t, "master %d", p.fleet)
		time.Sleep(p.idle / 3)
		row(t, fmt.Sprintf("client of %d agents", p.fleet), client.pid, 0)
		after := row(t, fmt.Sprintf("process with %d agents, each with its connection", p.fleet), agents.pid, 0)
		b.Note(t, fmt.Sprintf("An agent more in a process is %d KiB. The agents were idle for %s; those of the first rows are `armonic agentd`, "+
			"stripped, with the modules that come with it.", (after-before)/(p.fleet-1), p.idle))
	})
}

// mb turns KiB into MB.
func mb(kib int) float64 { return float64(kib) * 1024 / 1e6 }
