package rollout

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// testdata/schedule.txt says its own language. Nothing but the state is asked, and the clock
// is a number.
func TestTheOrderInWhichTasksAreCarriedOut(t *testing.T) {
	f, err := os.Open("testdata/schedule.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cases := 0
	for in, line := bufio.NewScanner(f), 1; in.Scan(); line++ {
		text, want, ok := strings.Cut(in.Text(), "=>")
		if strings.HasPrefix(text, "#") || !ok {
			continue
		}
		cases++
		t.Run(fmt.Sprintf("line %d", line), func(t *testing.T) {
			x := simulate(t, text)
			if got, want := strings.Join(x.events, " "), strings.TrimSpace(want); got != want {
				t.Errorf("%s\n got %s\nwant %s", text, got, want)
			}
			x.replays(t)
		})
	}
	if cases < 96 {
		t.Errorf("%d cases were read", cases)
	}
}

// simulation carries a deployment out in which every task takes as long as it usually does.
type simulation struct {
	state   *State
	records []Record
	at      time.Duration // since the beginning
	printed time.Duration
	events  []string
	takes   map[string][]time.Duration // the steps of a task
	ends    map[*task]time.Duration
	becomes map[string][]TaskStatus // how its next runs end
}

// command is something that somebody decides.
type command struct {
	at    time.Duration // -1: when nothing goes on by itself
	what  string
	tasks []string
}

func simulate(t *testing.T, text string) *simulation {
	t.Helper()
	parts := strings.Split(text, ";")
	x := &simulation{state: &State{}, printed: -1, takes: map[string][]time.Duration{}, ends: map[*task]time.Duration{}, becomes: map[string][]TaskStatus{}}
	plan := x.plan(t, strings.Fields(parts[0]))
	var commands []command
	approval := false
	for _, part := range parts[1:] {
		words := strings.Fields(part)
		switch {
		case len(words) == 1 && words[0] == "approval":
			approval = true
		case len(words) == 1 && strings.Contains(words[0], "="):
			plan.Batches = append(plan.Batches, cut(t, plan, words[0])...)
		case words[1:] != nil && words[len(words)-1] == "fails":
			x.becomes[words[0]] = append(x.becomes[words[0]], FailedTask)
		case words[1:] != nil && words[len(words)-1] == "lost":
			x.becomes[words[0]] = append(x.becomes[words[0]], LostTask)
		case words[1:] != nil && words[len(words)-1] == "slow":
			for i := range x.takes[words[0]] {
				x.takes[words[0]][i] *= 2
			}
		default:
			c := command{at: -1}
			if d, err := time.ParseDuration(words[0]); err == nil {
				c.at, words = d, words[1:]
			}
			c.what, c.tasks = words[0], words[1:]
			commands = append(commands, c)
		}
	}
	x.record(Record{Kind: RecordMade, Made: &Made{ID: "d"}})
	x.record(Record{Kind: RecordPlanned, Plan: plan})
	if approval {
		x.record(Record{Kind: RecordAwaitsApproval, Approval: &Approval{Digest: x.state.digest(), Rules: []ApprovalRule{{By: []string{"boss"}}}}})
	}
	x.run(t, commands)
	return x
}

// plan reads "a>b@1 c:5s".
func (x *simulation) plan(t *testing.T, words []string) *Plan {
	t.Helper()
	tasks := map[string]*PlannedTask{}
	var order []string
	for _, word := range words {
		before := ""
		for _, text := range strings.Split(word, ">") {
			text, usual, timed := strings.Cut(text, ":")
			name, host, placed := strings.Cut(text, "@")
			p := tasks[name]
			if p == nil {
				p = &PlannedTask{Task: resolver.Task{ID: resolver.TaskID(name), Node: resolver.NodeID("./" + name), Host: spec.Host(name), Lifecycle: "L", Steps: make([]spec.Step, 1)}}
				tasks[name] = p
				order = append(order, name)
				x.takes[name] = []time.Duration{time.Second}
				x.takes[name+"/check"] = []time.Duration{time.Second}
			}
			if placed {
				p.Host = spec.Host(host)
			}
			if timed {
				x.takes[name] = nil
				for _, d := range strings.Split(usual, "+") {
					step, err := time.ParseDuration(d)
					if err != nil {
						t.Fatal(err)
					}
					x.takes[name] = append(x.takes[name], step)
				}
				p.Usual, p.Steps = slices.Clone(x.takes[name]), make([]spec.Step, len(x.takes[name]))
			}
			if before != "" {
				p.After = append(p.After, resolver.TaskID(before))
			}
			before = name
		}
	}
	out := &Plan{}
	var add func(name string)
	add = func(name string) { // after all that it needs, as the resolver does
		if p := tasks[name]; !slices.ContainsFunc(out.Tasks, func(t PlannedTask) bool { return t.ID == p.ID }) {
			for _, id := range p.After {
				add(string(id))
			}
			out.Tasks = append(out.Tasks, *p)
		}
	}
	for _, name := range order {
		add(name)
	}
	return out
}

// cut makes batches of w1, w2, ... as "w=2,canary=1" says; with check=… each has a task that
// checks it.
func cut(t *testing.T, plan *Plan, text string) []resolver.Batches {
	t.Helper()
	require, how, _ := strings.Cut(text, "=")
	rolling, err := spec.ParseRolling(how)
	if err != nil {
		t.Fatal(err)
	}
	var nodes []resolver.NodeID
	for _, p := range slices.Clone(plan.Tasks) {
		name, _, _ := strings.Cut(string(p.ID), "/")
		id := resolver.NodeID("./" + name)
		if strings.TrimRight(name, "0123456789") != require || slices.Contains(nodes, id) {
			continue
		}
		nodes = append(nodes, id)
		if rolling.Check != "" {
			check := resolver.Task{ID: p.ID + "/check", Node: id + "/check", Checks: id, Host: p.Host, Lifecycle: "L", Steps: make([]spec.Step, 1), After: []resolver.TaskID{p.ID}}
			plan.Tasks = append(plan.Tasks, PlannedTask{Task: check})
		}
	}
	out := resolver.Batches{Require: require, How: rolling}
	if rolling.Drain != "" {
		plan.Tasks = around(plan.Tasks, nodes, rolling.Sizes(len(nodes)), require)
	}
	for _, size := range rolling.Sizes(len(nodes)) {
		out.Of, nodes = append(out.Of, nodes[:size]), nodes[size:]
	}
	return []resolver.Batches{out}
}

// around adds tasks to a plan that take the nodes of each batch out of use, tell of the batch,
// and bring them back, all on one host.
func around(tasks []PlannedTask, nodes []resolver.NodeID, sizes []int, require string) []PlannedTask {
	task := func(name string, change func(t *resolver.Task)) {
		t := resolver.Task{ID: resolver.TaskID(name), Node: resolver.NodeID("./" + name), Host: "lb", Lifecycle: "Lb", Steps: make([]spec.Step, 1)}
		change(&t)
		tasks = append(tasks, PlannedTask{Task: t})
	}
	for i, size := range sizes {
		tells := resolver.TaskID(fmt.Sprintf("tell%d", i))
		task(string(tells), func(t *resolver.Task) { t.Relay = &resolver.Relay{Batches: require, Batch: i} })
		for _, id := range nodes[:size] {
			name := strings.TrimPrefix(string(id), "./")
			task("drain-"+name, func(t *resolver.Task) { t.Drains = id })
			task("enable-"+name, func(t *resolver.Task) { t.Enables, t.After = id, []resolver.TaskID{resolver.TaskID(name), tells} })
		}
		nodes = nodes[size:]
	}
	return tasks
}

func (x *simulation) now() time.Time { return time.Unix(1000, 0).Add(x.at) }

func (x *simulation) record(r Record) {
	r.N, r.At = x.state.n+1, x.now()
	x.records = append(x.records, r)
	x.state.Apply(r)
}

func (x *simulation) say(format string, args ...any) {
	if x.at != x.printed {
		x.printed = x.at
		x.events = append(x.events, fmt.Sprint(int(x.at.Seconds())))
	}
	x.events = append(x.events, fmt.Sprintf(format, args...))
}

// run goes from one moment to the next at which something happens.
func (x *simulation) run(t *testing.T, commands []command) {
	t.Helper()
	for range 1000 {
		x.endRuns()
		for len(commands) > 0 && commands[0].at == x.at {
			x.decide(t, commands[0])
			commands = commands[1:]
		}
		tasks, next := x.state.next(x.now())
		for _, task := range tasks {
			x.begin(task)
		}
		if x.state.Ended.IsZero() && x.state.over(x.now()) {
			x.record(Record{Kind: RecordOver})
			x.say("%s", x.outcome())
		}
		if !x.state.Ended.IsZero() && len(commands) > 0 && commands[0].at < 0 {
			x.decide(t, commands[0])
			commands = commands[1:]
			continue
		}
		if !x.advance(next, commands) {
			return
		}
	}
	t.Fatal("it does not end")
}

func (x *simulation) advance(next time.Time, commands []command) bool {
	var soonest time.Duration = -1
	take := func(d time.Duration) {
		if d > x.at && (soonest < 0 || d < soonest) {
			soonest = d
		}
	}
	for _, d := range x.ends {
		take(d)
	}
	if !next.IsZero() {
		take(next.Sub(time.Unix(1000, 0)))
	}
	for _, c := range commands {
		take(c.at)
	}
	if soonest < 0 {
		return false
	}
	x.at = soonest
	return true
}

// begin hands a task over.
func (x *simulation) begin(t *task) {
	r := Record{Kind: RecordHandedOver, Task: t.ID, Step: t.offset, Attempt: t.attempt, Run: t.run}
	if !t.rejoin {
		r.Attempt++
		r.Run = runID("d", t.ID, r.Attempt)
	}
	x.record(r)
	name := string(t.ID)
	if t.attempt > 1 {
		name = fmt.Sprintf("%s#%d", name, t.attempt)
	}
	x.say("%s", name)
	x.ends[t] = x.at
	takes := x.takes[string(t.ID)]
	if takes == nil { // of one that a rolling deployment adds
		takes = []time.Duration{time.Second}
	}
	for _, d := range takes[t.offset:] {
		x.ends[t] += d
	}
}

func (x *simulation) endRuns() {
	for _, t := range x.state.tasks {
		if at, runs := x.ends[t]; runs && at == x.at {
			status := Done
			if next := x.becomes[string(t.ID)]; len(next) > 0 {
				status, x.becomes[string(t.ID)] = next[0], next[1:]
			}
			x.end(t, status)
		}
	}
}

// end ends a run; one that is stopped or lost has done none of its steps, one that fails all
// but the last.
func (x *simulation) end(t *task, status TaskStatus) {
	delete(x.ends, t)
	if status == FailedTask || status == Done {
		for i := t.offset; i < len(t.Steps)-1; i++ {
			x.record(Record{Kind: RecordStepDone, Task: t.ID, Step: i})
		}
	}
	x.say("%s%s", t.ID, map[TaskStatus]string{Done: ".", FailedTask: "!", LostTask: "?", Stopped: "/"}[status])
	x.record(Record{Kind: RecordTaskEnded, Task: t.ID, Status: status})
}

func (x *simulation) decide(t *testing.T, c command) {
	t.Helper()
	x.say("[%s]", strings.Join(append([]string{c.what}, c.tasks...), " "))
	switch c.what {
	case "stop":
		x.record(Record{Kind: RecordStopped})
		for _, task := range x.state.tasks {
			if _, runs := x.ends[task]; runs {
				x.end(task, Stopped)
			}
		}
		return
	case "kill":
		x.record(Record{Kind: RecordResumed})
		return
	case "approve", "refuse", "void":
		r := Record{Kind: map[string]Kind{"approve": RecordApproved, "refuse": RecordRefused, "void": RecordApproved}[c.what], Who: "boss", Digest: x.state.Approval.Digest}
		if c.what == "void" {
			r.Digest = "of another plan"
		}
		x.record(r)
		return
	case "continue":
	case "retry":
		for _, name := range c.tasks {
			task := x.state.byID[resolver.TaskID(name)]
			if !x.state.retriable(task) {
				t.Fatalf("%s cannot be retried", name)
			}
			if task.status != Waiting {
				x.record(Record{Kind: RecordRetried, Task: task.ID, Step: task.done()})
			}
		}
	case "skip", "mark":
		for _, name := range c.tasks {
			x.record(Record{Kind: map[string]Kind{"skip": RecordSkipped, "mark": RecordMarkedDone}[c.what], Task: resolver.TaskID(name), Reason: "why not"})
		}
	default:
		t.Fatalf("what is %q?", c.what)
	}
	if c.what == "continue" || x.state.Stopped {
		x.record(Record{Kind: RecordContinued})
	}
}

// outcome is how it ended, with the tasks that are not done.
func (x *simulation) outcome() string {
	out := x.state.Word()
	for _, v := range x.state.Snapshot(x.now()).Tasks {
		if v.Status != Done {
			out += fmt.Sprintf(" %s=%s", v.ID, v.Status)
		}
	}
	return out
}

// replays sees that whoever reads the log knows the same, wherever it ends, as who was there.
func (x *simulation) replays(t *testing.T) {
	t.Helper()
	there := &State{}
	for i, r := range x.records {
		there.Apply(r)
		again := Replay(x.records[:i+1])
		if diff := cmp.Diff(there.Snapshot(x.now()), again.Snapshot(x.now())); diff != "" {
			t.Fatalf("after record %d: %s", i+1, diff)
		}
		a, atA := there.next(r.At)
		b, atB := again.next(r.At)
		if diff := cmp.Diff(ids(a), ids(b)); diff != "" || !atA.Equal(atB) {
			t.Fatalf("after record %d, what starts next: %s", i+1, diff)
		}
	}
}

func ids(tasks []*task) []resolver.TaskID {
	var out []resolver.TaskID
	for _, t := range tasks {
		out = append(out, t.ID)
	}
	return out
}
