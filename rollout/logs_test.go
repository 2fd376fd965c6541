package rollout

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// heap is how much memory is in use, in MB.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// flood gives an execution so many lines, and calls then a few times.
func flood(e *Rollout, lines, size int, then func()) {
	for i := range lines {
		e.lines.add(LogLine{At: time.Unix(int64(i), 0), Host: "web1", Text: strings.Repeat("x", size)})
		if i%(lines/20+1) == 0 {
			then()
		}
	}
	then()
}

func TestLogLinesAreBoundByBytes(t *testing.T) {
	for name, of := range map[string]struct{ lines, size int }{"long lines": {8_800, 40_000}, "short lines": {500_000, 1}, "one huge line": {1, 2 * MostLogBytes}} {
		t.Run(name, func(t *testing.T) {
			e, before, peak := &Rollout{}, heap(), 0.0
			flood(e, of.lines, of.size, func() { peak = max(peak, heap()-before) })
			if peak > 45 {
				t.Errorf("%.0f MB of %d lines", peak, of.lines)
			}
			kept, next := e.Logs(0)
			if next != of.lines || len(kept)+e.lines.dropped != of.lines {
				t.Errorf("%d kept and %d dropped of %d", len(kept), e.lines.dropped, of.lines)
			}
			if len(kept) > 0 && (kept[len(kept)-1].N != of.lines || kept[0].N != e.lines.dropped+1) {
				t.Errorf("lines %d to %d are kept, %d were dropped", kept[0].N, kept[len(kept)-1].N, e.lines.dropped)
			}
			if again, _ := e.Logs(next); len(again) > 0 {
				t.Errorf("%d lines are given again", len(again))
			}
		})
	}
}

// BenchmarkLongLogLines reports the memory at the peak.
func BenchmarkLongLogLines(b *testing.B) {
	before, peak := heap(), 0.0
	for b.Loop() {
		flood(&Rollout{}, 8_800, 40_000, func() { peak = max(peak, heap()-before) })
	}
	b.ReportMetric(peak, "peak-MB")
}
