package hostbench_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
)

// The goals, beside the playbook.
const (
	goalFirst = 0.3
	goalSame  = 0.05
)

// The values that the port has, one after another.
const (
	firstPort = 8000
	otherPort = 8100
)

// took is how long the runs of one tool took.
type took struct {
	first, same, other [2][]time.Duration // as a new process that connects first, or connected
	drift, look        []time.Duration    // nothing changed, and everything is looked at
}

// runs are the same for each case.
type runs struct {
	plan
	armonic *armonic
	ansible *ansible // nil for none

	fresh func(t *testing.T)           // nothing is deployed any more, and whoever may deploy can
	check func(t *testing.T, port int) // it is deployed
}

// measure takes turns, so that noise concerns both.
func (r *runs) measure(t *testing.T) (arm, ans took) {
	t.Helper()
	for range r.rounds {
		for how := range 2 {
			connected := how == 1
			r.fresh(t)
			one := func(port int) time.Duration {
				d := r.armonic.run(t, connected, port)
				t.Logf("armonic, connected %v, port %d: %s", connected, port, ms(d))
				r.check(t, port)
				return d
			}
			arm.first[how] = append(arm.first[how], one(firstPort))
			for range r.repeats {
				arm.same[how] = append(arm.same[how], one(firstPort))
				arm.drift = append(arm.drift, r.armonic.drift(t))
				if connected {
					arm.look = append(arm.look, r.armonic.look(t, firstPort))
				}
			}
			arm.other[how] = append(arm.other[how], one(otherPort))
			if r.ansible == nil {
				continue
			}
			r.fresh(t)
			if connected {
				r.ansible.connect(t)
			}
			play := func(port int, changed bool) time.Duration {
				d, out := r.ansible.run(t, connected, port)
				t.Logf("ansible, connected %v, port %d: %s", connected, port, ms(d))
				if n := changes(out); n > 0 != changed {
					t.Fatalf("the playbook changed %d things:\n%s", n, out)
				}
				r.check(t, port)
				return d
			}
			ans.first[how] = append(ans.first[how], play(firstPort, true))
			if !connected { // the others are of connections that are there
				continue
			}
			for range r.repeats {
				ans.same[how] = append(ans.same[how], play(firstPort, false))
			}
			ans.other[how] = append(ans.other[how], play(otherPort, true))
		}
	}
	return arm, ans
}

// report adds what was measured to a table.
func (r *runs) report(t *testing.T, b *benchreport.Table, on string) {
	t.Helper()
	arm, ans := r.measure(t)
	row := func(what string, process, connected, playFirst, play time.Duration, goal float64) {
		ours := process
		if ours == 0 {
			ours = connected
		}
		b.Row(t, what, on, ms(process), ms(connected), ms(playFirst), ms(play), times(ours, play, goal))
	}
	first, same, other := arm.first, arm.same, arm.other
	unchanged := median(ans.same[1])
	row("first run", median(first[0]), median(first[1]), median(ans.first[0]), median(ans.first[1]), goalFirst)
	row("nothing changed", median(same[0]), median(same[1]), 0, unchanged, goalSame)
	row("`armonic drift`: nothing changed", median(arm.drift), 0, 0, unchanged, goalSame)
	row("all states entered again", 0, median(arm.look), 0, unchanged, 0)
	row("another port", median(other[0]), median(other[1]), 0, median(ans.other[1]), 0)
}

func runsTable(t testing.TB, r *report, p plan, title string) *benchreport.Table {
	t.Helper()
	b := r.Table(title, "run", "hosts", "armonic: new process", "armonic: connected", "ansible: connects first", "ansible: connected", "ratio")
	b.Note(t, fmt.Sprintf("Medians of %d runs each, of %d where nothing changed. The ratio is armonic as a new process, which connects first, by ansible with connections "+
		"that are there (ControlPersist): the slower of ours by the faster of theirs.", p.rounds, p.rounds*p.repeats))
	return b
}

// hostsOf are names.
func names(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(prefix, i+1)
	}
	return slices.Clip(out)
}
