package rollout_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// BenchmarkManyHosts carries out a deployment on 200 hosts, and reports the most memory
// that was in use while it ran beyond what its plan and its agents had used before.
func BenchmarkManyHosts(b *testing.B) {
	l := fleettest.NewLab()
	hosts := []spec.Host{"main"}
	for i := range 200 {
		hosts = append(hosts, spec.Host(fmt.Sprintf("h%d", i)))
	}
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var most uint64
	for b.Loop() {
		b.StopTimer()
		s := fleettest.Planned(b, fleettest.New(b, l.Lifecycles(), hosts...), hosts[1:]...)
		before, events := inUse(), 0
		b.StartTimer()
		snap := wait(b, start(b, s, func(rollout.Update) {
			if events++; events%200 == 0 {
				most = max(most, inUse()-before)
			}
		}))
		if !snap.OK {
			b.Fatal(statuses(snap))
		}
		b.ReportMetric(float64(snap.Steps), "steps")
	}
	b.ReportMetric(float64(most)/1e6, "MB-in-use")
}
