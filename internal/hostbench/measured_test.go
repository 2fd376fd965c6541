package hostbench_test

import (
	"os"
	"testing"
)

// plan says how much is measured.
type plan struct {
	rounds  int  // of all runs, from hosts on which nothing was done
	repeats int  // of what changes nothing
	ansible bool // beside it
	small   []int
	files   int // of the previews and effects
}

func inSmall() plan { return plan{rounds: 1, repeats: 1, small: []int{2}, files: 10} }

func full() plan { return plan{rounds: 2, repeats: 3, ansible: true, small: []int{1, 4}, files: 100} }

// TestMeasured takes every measurement: in small, to see that it can be taken, or in
// full with ARMONIC_BENCH=full, and then prints what was found. ARMONIC_BENCH=story takes that of
// the story alone.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("a real host takes its time")
	}
	if os.Getenv("ARMONIC_BENCH") == "story" {
		measureStory(t)
		return
	}
	p := inSmall()
	if os.Getenv("ARMONIC_BENCH") == "full" {
		p = full()
	}
	r := &report{}
	if os.Getenv("ARMONIC_BENCH") == "full" {
		t.Run("web", func(t *testing.T) { web(t, p, r) })
	}
	for _, section := range []struct {
		name string
		take func(*testing.T, plan, *report)
	}{
		{"small", small}, {"preview", preview}, {"effects", effects},
	} {
		t.Run(section.name, func(t *testing.T) { section.take(t, p, r) })
	}
	if os.Getenv("ARMONIC_BENCH") == "full" {
		r.Print(t)
	}
}
