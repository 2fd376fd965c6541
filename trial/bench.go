package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/testbench"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// bench is a testbench.Bench: each test function has one.
type bench struct {
	lifecycles []*lifecycle.Lifecycle
	fleet      *fleet
	undone     int
}

// NewBench makes a bench with one host.
func NewBench(lifecycles []*lifecycle.Lifecycle) (testbench.Bench, error) {
	b := &bench{lifecycles: lifecycles}
	if err := b.Fleet([]string{"host1"}, "debian 13"); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *bench) Close() { b.fleet.Close() }

// Fleet replaces the hosts.
func (b *bench) Fleet(hosts []string, system string) error {
	if len(hosts) == 0 {
		hosts = []string{"host1"}
	}
	f, err := newFleet(b.lifecycles, hosts, parseSystem(system))
	if err != nil {
		return err
	}
	if b.fleet != nil {
		b.fleet.Close()
	}
	b.fleet = f
	return nil
}

func (b *bench) Logs(host string) []string { return b.fleet.lines(host, 0) }

// Deploy plans as somebody would who takes every suggestion, and carries it out.
func (b *bench) Deploy(ctx context.Context, d testbench.Deployment) (testbench.Result, error) {
	s, err := b.plan(ctx, d)
	if err != nil {
		return testbench.Result{}, err
	}
	before := len(b.fleet.lines("", 0))
	var out testbench.Result
	e, err := rollout.New(s, rollout.Options{By: "test", Sink: func(u rollout.Update) {
		switch u.Event.Kind {
		case spec.EventLog:
			b.fleet.addLine(u.Host, u.Event.Text)
		case spec.EventStepDone:
			out.Steps = append(out.Steps, fmt.Sprintf("%s: %s: %s", u.Host, u.Lifecycle, u.Step.Name()))
		}
	}})
	if err != nil {
		return out, err
	}
	defer e.Close()
	e.Start(ctx)
	if err := e.Wait(ctx); err != nil {
		return out, err
	}
	snap := e.Snapshot()
	e.Close() // now nothing adds to out any more
	out.Returns, out.Logs = snap.Result, b.fleet.lines("", before)
	for _, t := range snap.Tasks {
		if t.Err != nil {
			return out, t.Err
		}
	}
	if !snap.OK {
		return out, spec.Errorf(spec.Failed, "it was not carried out")
	}
	return out, nil
}

func (b *bench) plan(ctx context.Context, d testbench.Deployment) (*deploy.Session, error) {
	catalogue := deploy.ReadCatalogue(ctx, b.fleet)
	found, _, err := catalogue.Find(spec.Pattern(d.Pattern))
	if err != nil {
		return nil, err
	}
	s := deploy.NewSession(b.fleet, found)
	on := spec.Host(d.On)
	if on == "" {
		on = b.fleet.hosts[0]
	}
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, on)
	for _, require := range slices.Sorted(maps.Keys(d.Hosts)) {
		if err := s.SetHosts(require, d.Hosts[require]); err != nil {
			return nil, err
		}
	}
	for _, node := range slices.Sorted(maps.Keys(d.Choose)) {
		if err := s.Decide(resolver.AskChoose, node, d.Choose[node]); err != nil {
			return nil, err
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(d.Set)) {
		if err := s.Set(spec.Pattern(pattern), d.Set[pattern]); err != nil {
			return nil, err
		}
	}
	for {
		if err := s.Settle(ctx); err != nil {
			return nil, err
		}
		if s.Accept() == 0 {
			break
		}
	}
	return s, checkPlan(s)
}

// checkPlan says what keeps a session from being carried out.
func checkPlan(s *deploy.Session) error {
	var all []string
	for _, b := range s.Blocking() {
		switch {
		case b.Question != nil:
			all = append(all, name(b.Question)+" is missing")
		case b.Problem != nil:
			all = append(all, b.Problem.Msg)
		case b.Standing != nil:
			all = append(all, b.Standing.Text+": "+string(b.Standing.State)+" is applied already, with another value")
		default:
			all = append(all, "nothing in this deployment is called "+b.Unused)
		}
	}
	if len(all) > 0 {
		return spec.Errorf(spec.Invalid, "%s", strings.Join(all, "; "))
	}
	return nil
}

func name(q *resolver.Question) string {
	if q.Path != "" && q.Key.Kind == resolver.AskValue {
		return q.Path.Relative()
	}
	return strings.TrimSpace(string(q.Key.Kind) + " " + q.Key.Name)
}

// Stack names what is applied.
func (b *bench) Stack(host, lifecycle string) ([]string, error) {
	a, err := b.fleet.service(spec.Host(host))
	if err != nil {
		return nil, err
	}
	stacks, err := a.Stacks(context.Background())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range stacks {
		if s.Path.Lifecycle() == lifecycle {
			return s.Names(), nil
		}
		names = append(names, s.Path.Lifecycle())
	}
	return nil, spec.Errorf(spec.NotFound, "there is no lifecycle %q", lifecycle).WithHint("there are %s", strings.Join(names, ", "))
}

// Undo leaves what is applied, the lifecycles that were loaded last first.
func (b *bench) Undo(ctx context.Context, host string) error {
	if host != "" {
		if _, err := b.fleet.service(spec.Host(host)); err != nil {
			return err
		}
	}
	for _, h := range b.fleet.hosts {
		if host != "" && string(h) != host {
			continue
		}
		stacks, err := b.fleet.Services[h].Stacks(ctx)
		if err != nil {
			return err
		}
		for _, s := range slices.Backward(stacks) {
			if err := b.leave(ctx, h, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) leave(ctx context.Context, h spec.Host, s spec.Stack) error {
	names := s.Names()
	var steps []spec.Step
	for _, state := range slices.Backward(names) {
		steps = append(steps, spec.Step{Action: spec.Leave, State: state})
	}
	steps = steps[:len(steps)-1] // the first state stays
	if len(steps) == 0 {
		return nil
	}
	b.undone++
	id := spec.RunID(fmt.Sprintf("undo-%d", b.undone))
	return b.fleet.do(ctx, h, spec.Run{ID: id, Work: spec.Work{Lifecycle: s.Path.Lifecycle(), From: names, Steps: steps}})
}

// do carries a run out and gives the error that it ended with.
func (f *fleet) do(ctx context.Context, h spec.Host, r spec.Run) error {
	a, err := f.service(h)
	if err == nil {
		err = a.Start(ctx, r)
	}
	if err != nil {
		return err
	}
	var failed *spec.Error
	err = a.Follow(ctx, r.ID, 0, func(ev spec.Event) error {
		switch ev.Kind {
		case spec.EventLog:
			f.addLine(h, ev.Text)
		case spec.EventRunDone:
			failed = ev.Err
		}
		return nil
	})
	if err == nil && failed != nil {
		return failed
	}
	return err
}
