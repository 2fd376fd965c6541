package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/widget"
)

// big is a deployment of n nodes, each with a task of three steps.
func big(n int) (*resolver.Result, *rollout.Snapshot) {
	root := &resolver.Node{ID: resolver.Root, Host: "lb1", Provide: spec.Provide{Path: "/lb1/Proxy/Active/start"}}
	res := &resolver.Result{Root: root}
	snap := &rollout.Snapshot{Version: 1, Steps: 3 * n}
	add := func(parent *resolver.Node, i int) *resolver.Node {
		h := spec.Host(fmt.Sprintf("web%d", i/10))
		x := &resolver.Node{ID: resolver.NodeID(fmt.Sprintf("./n%d", i)), Parent: parent, Host: h,
			Via:     resolver.Via{State: "Configured", Provide: "enter", Require: spec.Require{Name: "websites"}, Index: i, Of: n},
			Provide: spec.Provide{Path: spec.MakePath(h, "WebSite", "Active", "start")}}
		parent.Children = append(parent.Children, x)
		snap.Tasks = append(snap.Tasks, &rollout.TaskView{
			Task: &resolver.Task{ID: resolver.TaskID(x.ID) + "#0", Node: x.ID, Host: h, Lifecycle: "WebSite",
				Steps: []spec.Step{{Action: spec.Enter, State: "A"}, {Action: spec.Enter, State: "B"}, {Action: spec.Call, State: "B", Provide: "start"}}},
			Status:     rollout.Waiting,
			StepStates: []rollout.StepState{{Status: rollout.Waiting}, {Status: rollout.Waiting}, {Status: rollout.Waiting}},
		})
		return x
	}
	site := root
	for i := range n {
		if i%10 == 0 {
			site = add(root, i)
		} else {
			add(site, i)
		}
	}
	return res, snap
}

func model(n int) (*run.Model, *rollout.Snapshot) {
	look, _ := widget.NewLook("auto", "unicode")
	res, snap := big(n)
	return run.New(look, "Proxy.start @lb1", res.Root, snap), snap
}

// next is the snapshot with one more task running.
func next(snap *rollout.Snapshot, i int) *rollout.Snapshot {
	s := *snap
	s.Version++
	s.Tasks = append([]*rollout.TaskView(nil), snap.Tasks...)
	one := *s.Tasks[i%len(s.Tasks)]
	one.Status = rollout.Running
	s.Tasks[i%len(s.Tasks)] = &one
	return &s
}

func lines(n, from int) []rollout.LogLine {
	out := make([]rollout.LogLine, n)
	for i := range out {
		out[i] = rollout.LogLine{N: from + i, At: time.Unix(int64(from+i), 0), Host: "web1", Task: "./n1#0", Text: "a line of a log, as long as such lines are"}
	}
	return out
}

// One look at what runs, at 1,000 lines a second and 80 ms a look.
func BenchmarkFeed(b *testing.B) {
	m, snap := model(10_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		snap = next(snap, i)
		ls := lines(80, i*80)
		b.StartTimer()
		m.Feed(snap, ls, time.Unix(int64(i), 0))
	}
}

func BenchmarkKey(b *testing.B) {
	m, _ := model(10_000)
	m.Feed(next(m.Snapshot(), 1), lines(100_000, 0), time.Unix(0, 0))
	b.ReportAllocs()
	for b.Loop() {
		m.Do(widget.Down)
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%dnodes", n), func(b *testing.B) {
			m, snap := model(n)
			m.Feed(next(snap, 1), lines(100_000, 0), time.Unix(0, 0))
			b.ReportAllocs()
			for b.Loop() {
				m.Draw(120, 32)
			}
		})
	}
}

// What is drawn does not depend on how much there is.
func TestDrawingTakesNoMoreWorkForMoreNodes(t *testing.T) {
	allocs := func(n int) float64 {
		m, snap := model(n)
		m.Feed(next(snap, 1), lines(10*n, 0), time.Unix(0, 0))
		return testing.AllocsPerRun(5, func() { m.Draw(120, 32) })
	}
	few, many := allocs(200), allocs(10_000)
	if many > 3*few {
		t.Errorf("%v allocations to draw 200 nodes, %v to draw 10,000", few, many)
	}
}

func TestRowsOfADeploymentThatRuns(t *testing.T) {
	m, snap := model(20)
	m.Feed(next(snap, 3), nil, time.Unix(0, 0))
	rows, _ := m.Draw(120, 32)
	text := ""
	for _, r := range rows {
		text += ansi.Strip(r) + "\n"
		if ansi.StringWidth(r) != 120 {
			t.Errorf("%d columns: %q", ansi.StringWidth(r), r)
		}
	}
	if len(rows) != 32 {
		t.Errorf("%d rows", len(rows))
	}
}

// A guarded step that waits is shown with until when, and C confirms it.
func TestAGuardedStepIsConfirmed(t *testing.T) {
	m, snap := model(20)
	waits := next(snap, 3)
	waits.Tasks[3].Guard = time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	confirms := func() bool {
		return slices.ContainsFunc(m.Bindings(), func(b widget.Binding) bool { return b.Action == "confirm" && b.Not == "" })
	}
	if confirms() || m.Do("confirm") != nil {
		t.Error("it can be confirmed before anything waits")
	}
	m.Feed(waits, nil, time.Unix(0, 0))
	if got := m.Do("confirm"); !confirms() || got != (run.Confirm{Task: waits.Tasks[3].ID}) {
		t.Errorf("C asks for %v", got)
	}
	rows, _ := m.Draw(120, 32)
	if text := ansi.Strip(strings.Join(rows, "\n")); !strings.Contains(text, "taken back at 03:04:05") {
		t.Errorf("the screen is\n%s", text)
	}
}

// Hosts that are as far as others, in the same step, share a lane where there is no room for all;
// one that failed has its own.
func TestAlikeHostsShareALane(t *testing.T) {
	m, snap := model(300)
	began := time.Unix(100, 0)
	s := *snap
	s.Version, s.Started, s.Tasks = 2, began, slices.Clone(snap.Tasks)
	for i, status := range map[int]rollout.TaskStatus{0: rollout.Running, 10: rollout.Running, 20: rollout.Running, 30: rollout.FailedTask} {
		one := *s.Tasks[i]
		one.Status, one.Started = status, began
		one.StepStates = slices.Clone(one.StepStates)
		one.StepStates[0] = rollout.StepState{Status: status, Started: began}
		s.Tasks[i] = &one
	}
	m.Feed(&s, nil, began.Add(3*time.Second))
	rows, _ := m.Draw(120, 36)
	text := ansi.Strip(strings.Join(rows, "\n"))
	for _, want := range []string{"web3     FAIL", "web0 +2  run", "web4 +25 wait"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not shown:\n%s", want, text)
		}
	}
}
