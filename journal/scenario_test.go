package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// killer is a journal that writes down each durable write, in another file, and
// kills this process after the n-th.
type killer struct {
	*journal.Journal
	n     int
	trace *os.File
}

func (k *killer) wrote(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	fmt.Fprintf(k.trace, format+"\n", args...)
	if k.n--; k.n == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // it may take a moment
	}
	return nil
}

func (k *killer) Begin(l string, d lifecycle.Doing) error {
	return k.wrote(k.Journal.Begin(l, d), "begin %s", d.Step.Name())
}

func (k *killer) AppendLog(l string, did ...string) error {
	return k.wrote(k.Journal.AppendLog(l, did...), "note %s", strings.Join(did, "|"))
}

func (k *killer) End(l string, o lifecycle.Outcome) error {
	return k.wrote(k.Journal.End(l, o), "end %s", outcome(o))
}

func (k *killer) EndWithRun(l string, o lifecycle.Outcome, r spec.RunRecord) error {
	return k.wrote(k.Journal.EndWithRun(l, o, r), "end %s", outcome(o))
}

func outcome(o lifecycle.Outcome) string {
	switch {
	case o.Entered != nil:
		return "push " + o.Entered.State
	case o.Left:
		return "pop"
	case o.Called != nil:
		return "called " + o.Called.Provide
	}
	return "nothing"
}

func (k *killer) RecordRun(s spec.RunRecord) error {
	return k.wrote(k.Journal.RecordRun(s), "run %s", s.Run)
}

// site is a service whose effects on the host are files in a folder: one for each
// state that is entered. Whatever is done may be done again.
func site(dir string) *lifecycle.Lifecycle {
	state := func(name string) *lifecycle.State {
		mark := filepath.Join(dir, name)
		return &lifecycle.State{
			Name: name,
			Enter: func(_ context.Context, c *lifecycle.Call) error {
				c.Log(spec.LevelInfo, "preparing "+name)
				if err := c.Note("write " + name); err != nil {
					return err
				}
				return os.WriteFile(mark, nil, 0o600)
			},
			Leave: func(_ context.Context, c *lifecycle.Call) error {
				if err := c.Note("remove " + name); err != nil {
					return err
				}
				if err := os.Remove(mark); !errors.Is(err, os.ErrNotExist) {
					return err
				}
				return nil
			},
			Cross: func(_ context.Context, c *lifecycle.Call) error {
				c.Log(spec.LevelInfo, fmt.Sprint("reloading ", name, " ", c.Flags["reload"]))
				return c.Note("reload " + name)
			},
		}
	}
	configured, active := state("Configured"), state("Active")
	configured.Requires = []spec.Require{{Name: "conf", Vars: []spec.Variable{
		{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80},
		{Name: "key", Type: spec.Type{Kind: spec.KindPassword}, Default: "very secret"},
	}}}
	configured.Provides = []*lifecycle.Provide{{Name: "add", Provide: spec.Provide{Flags: map[string]any{"reload": true}},
		Do:   func(_ context.Context, c *lifecycle.Call) (any, error) { return nil, c.Note("add a site") },
		Undo: func(_ context.Context, c *lifecycle.Call) error { return c.Note("remove a site") }}}
	active.Provides = []*lifecycle.Provide{{Name: "start", Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
		in, _ := c.Entered("Configured")
		return map[string]any{"port": in["conf"][0]["port"], "key": in["conf"][0]["key"].(value.Secret).Reveal()}, nil
	}}}
	return &lifecycle.Lifecycle{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, state("Installed"), configured, active}}
}

// scenario enters, calls, crosses and leaves.
func scenario() []spec.Run {
	enter := func(state string) spec.Step { return spec.Step{Action: spec.Enter, State: state} }
	leave := func(state string) spec.Step { return spec.Step{Action: spec.Leave, State: state} }
	call := func(state, provide string) spec.Step {
		return spec.Step{Action: spec.Call, State: state, Provide: provide}
	}
	port := func(n int) spec.Step {
		s := enter("Configured")
		s.Inputs = spec.Inputs{"conf": {{"port": n}}}
		return s
	}
	run := func(id spec.RunID, from string, steps ...spec.Step) spec.Run {
		return spec.Run{ID: id, By: "ada", Work: spec.Work{Lifecycle: "Site", From: strings.Fields(from), Steps: steps}}
	}
	return []spec.Run{
		run("up", "Off", enter("Installed"), port(8080), enter("Active")),
		run("use", "Off Installed Configured Active", call("Configured", "add"), call("Active", "start")),
		run("unuse", "Off Installed Configured Active", spec.Step{Action: spec.TakeBack, State: "Configured", Provide: "add"}),
		run("down", "Off Installed Configured Active", leave("Active"), leave("Configured")),
		run("again", "Off Installed", port(8081), enter("Active"), call("Active", "start")),
	}
}

// report is what a process finds when it starts.
type report struct {
	Stack []string
	Fault *spec.Fault
	Files []string // the effects on the host
	Runs  map[spec.RunID]bool
	Port  any // that Configured was entered with
	Calls []string
	Error string
}

// agent is the process that is killed: an agent with one lifecycle.
type agent struct {
	dir     string
	journal *killer
	service *agentd.Service
}

func newAgent(dir string, kill int) (*agent, error) {
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		return nil, err
	}
	trace, err := os.OpenFile(filepath.Join(dir, "trace"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	host := filepath.Join(dir, "host")
	if err := os.MkdirAll(host, 0o700); err != nil {
		return nil, err
	}
	a := &agent{dir: host, journal: &killer{Journal: j, n: kill, trace: trace}}
	a.service, err = agentd.New(agentd.Config{
		Info:       spec.Info{Host: "h", OS: spec.OS{Name: "debian", Release: "12"}},
		Lifecycles: []*lifecycle.Lifecycle{site(host)},
		Store:      a.journal, RunStore: a.journal, LogDelay: time.Hour, // so that what is written does not depend on the time
	})
	return a, err
}

func (a *agent) close() {
	a.service.Close()
	a.journal.Close()
}

// do executes a run, and gives the error that it ended with.
func (a *agent) do(r spec.Run) error {
	if err := a.service.Start(context.Background(), r); err != nil {
		return err
	}
	var last *spec.Error
	err := a.service.Follow(context.Background(), r.ID, 0, func(ev spec.Event) error {
		last = ev.Err
		return nil
	})
	if err == nil && last != nil {
		err = last
	}
	return err
}

func (a *agent) stack() spec.Stack {
	stacks, _ := a.service.Stacks(context.Background())
	return stacks[0]
}

func (a *agent) report() report {
	s := a.stack()
	out := report{Stack: s.Names(), Fault: s.Fault, Files: []string{}, Runs: map[spec.RunID]bool{}}
	files, _ := os.ReadDir(a.dir)
	for _, f := range files {
		out.Files = append(out.Files, f.Name())
	}
	ended, runs, _ := a.journal.Runs()
	for _, past := range ended {
		st, _ := a.journal.Run(past.Run)
		runs = append(runs, st)
	}
	for _, st := range runs {
		out.Runs[st.Run] = st.Events[len(st.Events)-1].Err == nil
	}
	for _, c := range s.StandingCalls() {
		out.Calls = append(out.Calls, c.Provide)
	}
	for _, st := range s.Applied {
		if st.State == "Configured" {
			out.Port = st.Inputs["conf"][0]["port"]
		}
	}
	return out
}

// all does the scenario.
func (a *agent) all() error {
	for _, r := range scenario() {
		if err := a.do(r); err != nil {
			return fmt.Errorf("%s: %w", r.ID, err)
		}
	}
	return nil
}

// on does what is left of the scenario: runs that have ended well are started again,
// which must do nothing; of one that was interrupted, the steps that are not done.
func (a *agent) on() error {
	for _, r := range scenario() {
		calls, files := len(a.stack().Calls), len(a.report().Files)
		known := a.report().Runs
		err := a.do(r)
		if _, begun := known[r.ID]; !begun && err == nil {
			continue
		}
		if now := a.report(); len(a.stack().Calls) != calls || len(now.Files) != files {
			return fmt.Errorf("the run %s was executed again", r.ID)
		}
		if err == nil {
			continue
		}
		if !strings.Contains(err.Error(), "interrupted") {
			return err
		}
		if err := a.do(a.rest(r)); err != nil {
			return fmt.Errorf("the rest of %s: %w", r.ID, err)
		}
	}
	return nil
}

func (a *agent) rest(r spec.Run) spec.Run {
	s := a.stack()
	out := r
	out.ID, out.From, out.Steps = r.ID+"-rest", s.Names(), nil
	for _, step := range r.Steps {
		done := slices.Contains(s.Names(), step.State) == (step.Action == spec.Enter)
		if step.Action.OfProvide() {
			done = slices.ContainsFunc(s.Calls, func(c spec.Called) bool { return c.By == r.ID && c.Provide == step.Provide })
		}
		if !done {
			out.Steps = append(out.Steps, step)
		}
	}
	return out
}

// back undoes everything.
func (a *agent) back() error {
	route, err := a.service.Route(context.Background(), spec.RouteQuery{Provide: "/h/Site/Off"})
	if err != nil {
		return err
	}
	return a.do(spec.Run{ID: "back", Work: spec.Work{Lifecycle: "Site", From: route.From, Steps: route.Steps}})
}

// act is the program of the process that is killed; the last argument of its
// environment says after how many durable writes.
func act(dir string, what func(a *agent) error) int {
	kill, _ := strconv.Atoi(os.Getenv("JOURNAL_KILL"))
	a, err := newAgent(dir, kill)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer a.close()
	found := a.report()
	if what != nil {
		err = what(a)
	}
	after := a.report()
	if err != nil {
		after.Error = err.Error()
	}
	text, _ := json.Marshal([]report{found, after})
	fmt.Println(string(text))
	return 0
}
