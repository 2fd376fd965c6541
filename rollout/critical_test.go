package rollout

import (
	"cmp"
	pq "container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// randomPlan is a plan of tasks on some hosts, each with how long it takes, in an order in
// which they could be done one after the other. A task needs some that were planned before it:
// how many, and how long before, is another for each plan, and so is how even the load is.
func randomPlan(dice *rand.Rand, hosts, tasks int) *Plan {
	p := &Plan{}
	needs := 0.2 + 1.5*dice.Float64()         // of a task, on average
	window := 2 + dice.IntN(tasks)            // how far back
	hot := 1 + dice.IntN(1+hosts/10)          // hosts that have more to do
	often := 0.2 * dice.Float64()             // how often it is one of those
	longest := 5 + dice.IntN(120)             // seconds
	lastOn := map[spec.Host]resolver.TaskID{} // of the one lifecycle that some tasks share
	for i := range tasks {
		h := dice.IntN(hosts)
		if dice.Float64() < often {
			h = dice.IntN(hot)
		}
		t := PlannedTask{Task: resolver.Task{ID: resolver.TaskID(fmt.Sprint(i)), Host: spec.Host(fmt.Sprint("h", h)), Steps: make([]spec.Step, 1)}}
		d := time.Duration(1+dice.IntN(longest*1000)) * time.Millisecond
		t.Usual = []time.Duration{d}
		for n := dice.Float64() * 2 * needs; n >= 1 && i > 0; n-- {
			id := resolver.TaskID(fmt.Sprint(max(0, i-1-dice.IntN(min(i, window)))))
			if !slices.Contains(t.After, id) {
				t.After = append(t.After, id)
			}
		}
		if id := lastOn[t.Host]; id != "" && dice.IntN(3) == 0 && !slices.Contains(t.After, id) {
			t.After = append(t.After, id)
		}
		lastOn[t.Host] = t.ID
		p.Tasks = append(p.Tasks, t)
	}
	return p
}

// bound is what no order can be faster than: the longest way through the plan, and all that
// any one host has to do.
func bound(p *Plan) time.Duration {
	way, work, out := map[resolver.TaskID]time.Duration{}, map[spec.Host]time.Duration{}, time.Duration(0)
	for _, t := range p.Tasks {
		d := t.Usual[0]
		for _, id := range t.After {
			way[t.ID] = max(way[t.ID], way[id])
		}
		way[t.ID] += d
		work[t.Host] += d
		out = max(out, way[t.ID], work[t.Host])
	}
	return out
}

// tightBound is bound, and that a host begins when the first of its tasks can, and that what
// needs the last one comes after that: so for those of its tasks that can begin last, too.
func tightBound(p *Plan) time.Duration {
	head, tail := map[resolver.TaskID]time.Duration{}, map[resolver.TaskID]time.Duration{}
	byHost := map[spec.Host][]PlannedTask{}
	for _, t := range p.Tasks {
		for _, id := range t.After {
			head[t.ID] = max(head[t.ID], head[id])
		}
		byHost[t.Host] = append(byHost[t.Host], t)
		head[t.ID] += t.Usual[0] // until its end
	}
	for _, t := range slices.Backward(p.Tasks) {
		for _, id := range t.After {
			tail[id] = max(tail[id], tail[t.ID]+t.Usual[0])
		}
	}
	out := bound(p)
	for _, all := range byHost {
		slices.SortFunc(all, func(a, b PlannedTask) int { return cmp.Compare(head[b.ID]-b.Usual[0], head[a.ID]-a.Usual[0]) })
		var work time.Duration
		least := time.Duration(math.MaxInt64)
		for _, t := range all {
			work, least = work+t.Usual[0], min(least, tail[t.ID])
			out = max(out, head[t.ID]-t.Usual[0]+work+least)
		}
	}
	return out
}

// ending is a task that runs, and when it ends; without a task, when to look what can start.
type ending struct {
	t  *task
	at time.Duration
}

type endings []ending

func (e endings) Len() int           { return len(e) }
func (e endings) Less(i, j int) bool { return e[i].at < e[j].at }
func (e endings) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *endings) Push(x any)        { *e = append(*e, x.(ending)) }
func (e *endings) Pop() any          { x := (*e)[len(*e)-1]; *e = (*e)[:len(*e)-1]; return x }

// wallTime is how long a plan takes whose tasks take as long as they usually do, times what
// takes says. Of the ready tasks of a host the first of the plan goes first if inOrder is set.
func wallTime(p *Plan, inOrder bool, takes func() float64) time.Duration {
	s := &State{}
	s.Apply(Record{Kind: RecordMade, Made: &Made{ID: "d"}})
	s.Apply(Record{Kind: RecordPlanned, Plan: p})
	if inOrder {
		for i, t := range s.tasks {
			t.way = time.Duration(len(s.tasks) - i)
			own := *t.PlannedTask
			own.Usual = nil // so that no host is kept free
			t.PlannedTask = &own
		}
	}
	begin, at := time.Unix(1000, 0), time.Duration(0)
	var running endings
	done := 0
	for {
		tasks, later := s.next(begin.Add(at))
		for _, t := range tasks {
			s.Apply(Record{Kind: RecordHandedOver, At: begin.Add(at), Task: t.ID, Attempt: 1})
			pq.Push(&running, ending{t, at + time.Duration(float64(p.Tasks[t.at].Usual[0])*takes())})
		}
		if !later.IsZero() {
			pq.Push(&running, ending{nil, later.Sub(begin)})
		}
		if len(running) == 0 {
			break
		}
		e, _ := pq.Pop(&running).(ending)
		if at = e.at; e.t == nil {
			continue
		}
		s.Apply(Record{Kind: RecordTaskEnded, At: begin.Add(at), Task: e.t.ID, Status: Done})
		done++
	}
	if done != len(p.Tasks) {
		panic(fmt.Sprintf("%d of %d tasks were done", done, len(p.Tasks)))
	}
	return at
}

func exactly() float64 { return 1 }

// ratios are the wall times of random plans by their bound, sorted.
type ratios struct {
	way        []float64 // in the order that is used
	tight      []float64 // that by the tight bound
	about      []float64 // with durations that are only about as usual
	order      []float64 // in plan order
	sequential []float64 // one after the other
}

func newRatios(seed uint64, plans, maxHosts, tasksAHost int) (r ratios) {
	dice := rand.New(rand.NewPCG(seed, 2))
	for range plans {
		hosts := 2 + dice.IntN(maxHosts-1)
		p := randomPlan(dice, hosts, hosts*(1+dice.IntN(tasksAHost)))
		least := bound(p).Seconds()
		all := 0.0
		for _, t := range p.Tasks {
			all += t.Usual[0].Seconds()
		}
		took := wallTime(p, false, exactly).Seconds()
		r.way, r.tight = append(r.way, took/least), append(r.tight, took/tightBound(p).Seconds())
		r.about = append(r.about, wallTime(p, false, func() float64 { return 0.7 + 0.6*dice.Float64() }).Seconds()/least)
		r.order = append(r.order, wallTime(p, true, exactly).Seconds()/least)
		r.sequential = append(r.sequential, all/least)
	}
	for _, x := range [][]float64{r.way, r.tight, r.about, r.order, r.sequential} {
		slices.Sort(x)
	}
	return r
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }
func worst(sorted []float64) float64  { return sorted[len(sorted)-1] }

// Of the ready tasks of a host the one with the longest way behind it goes first: so a
// deployment takes little longer than what no order could be faster than.
func TestTheCriticalPath(t *testing.T) {
	r := newRatios(1, 60, 100, 8)
	if median(r.way) > 1.15 || worst(r.tight) > 1.25 {
		t.Errorf("wall time by its lower bound: median %.3f, worst %.3f", median(r.way), worst(r.tight))
	}
	mean := func(all []float64) (sum float64) {
		for _, x := range all {
			sum += x / float64(len(all))
		}
		return sum
	}
	if mean(r.way) >= mean(r.order) {
		t.Errorf("it is no faster than plan order: %.4f and %.4f", mean(r.way), mean(r.order))
	}
}

// BenchmarkTheCriticalPath reports wall times of random plans on up to 500 hosts, by their
// lower bound.
func BenchmarkTheCriticalPath(b *testing.B) {
	for b.Loop() {
		r := newRatios(1, 200, 500, 12)
		for name, x := range map[string][]float64{"way": r.way, "tight": r.tight, "about": r.about, "plan-order": r.order, "sequential": r.sequential} {
			b.ReportMetric(median(x), name+"-median")
			b.ReportMetric(worst(x), name+"-worst")
		}
	}
}
