package hostbench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
)

// report is what was found.
type report = benchreport.Report

// times is a ratio, and marks one that misses its goal. Without a goal it is only a ratio.
func times(of, by time.Duration, goal float64) string {
	if by == 0 {
		return ""
	}
	x := of.Seconds() / by.Seconds()
	switch {
	case goal == 0:
		return fmt.Sprintf("%.3f", x)
	case x > goal:
		return fmt.Sprintf("%.3f (≤ %g: missed)", x, goal)
	}
	return fmt.Sprintf("%.3f (≤ %g)", x, goal)
}

// median is 0 if nothing was measured.
func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

// ms writes a duration in milliseconds, if it is not a long one.
func ms(d time.Duration) string {
	switch v := float64(d) / float64(time.Millisecond); {
	case d == 0:
		return ""
	case v < 1:
		return fmt.Sprintf("%.3f ms", v)
	case v < 20:
		return fmt.Sprintf("%.1f ms", v)
	case v < 5000:
		return fmt.Sprintf("%.0f ms", v)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
