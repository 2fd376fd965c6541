package xmppbench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
)

// report is what was found.
type report struct {
	benchreport.Report
	cold map[int]time.Duration // what a new armonic process takes for a step on so many hosts, with the slower server
}

// goal marks what misses it.
func goal(text string, met bool) string {
	if !met {
		text += " (missed)"
	}
	return text
}

// quantile is the value below which a part of all are; all must not be empty.
func quantile[T int | float64 | time.Duration](all []T, part float64) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

func median[T int | float64 | time.Duration](all []T) T { return quantile(all, 0.5) }

// ms writes a duration in milliseconds, if it is not a long one.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v < 20:
		return fmt.Sprintf("%.1f ms", v)
	case v < 5000:
		return fmt.Sprintf("%.0f ms", v)
	}
	return sec(d)
}

// sec writes a duration in seconds.
func sec(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// span writes median and most of some durations.
func span(all []time.Duration, form func(time.Duration) string) (mid, most string) {
	return form(median(all)), form(slices.Max(all))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
