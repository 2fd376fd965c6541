package deploy_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// chainOf gives n lifecycles of which each requires the next on its own host. The last one is
// given a size.
func chainOf(n int) []*lifecycle.Lifecycle {
	var out []*lifecycle.Lifecycle
	for i := range n {
		next := func(name string) []spec.Require {
			if i+1 == n {
				return []spec.Require{{Name: name, Vars: []spec.Variable{{Name: "size", Type: spec.Type{Kind: spec.KindInt}, Default: 1}}}}
			}
			return []spec.Require{{Name: name, Kind: spec.Local, Pattern: spec.Pattern(fmt.Sprintf("//L%d//start", i+1)),
				Args: []spec.Variable{{Name: "size", Type: spec.Type{Kind: spec.KindInt}, Default: 2}}}}
		}
		out = append(out, &lifecycle.Lifecycle{Name: fmt.Sprintf("L%d", i), States: []*lifecycle.State{{Name: "Off"}, {Name: "Conf"}, {Name: "On",
			Provides: []*lifecycle.Provide{{Name: "start", Provide: spec.Provide{Requires: next("needs")}}}}}})
	}
	return out
}

// counting counts what agents are asked.
type counting struct {
	deploy.Fleet
	asked *atomic.Int64
}

func (f counting) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return countingAgent{a, f.asked}, err
}

type countingAgent struct {
	spec.Agent
	asked *atomic.Int64
}

func (a countingAgent) Provides(ctx context.Context, p spec.Pattern) ([]spec.Provide, error) {
	a.asked.Add(1)
	return a.Agent.Provides(ctx, p)
}

func (a countingAgent) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	a.asked.Add(1)
	return a.Agent.Route(ctx, q)
}

func (a countingAgent) Check(ctx context.Context, w spec.Work) ([]spec.Problem, error) {
	a.asked.Add(1)
	return a.Agent.Check(ctx, w)
}

func planChain(t testing.TB, f deploy.Fleet, n int) *deploy.Session {
	t.Helper()
	s := deploy.NewSession(f, "//L0//start")
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host("h"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res := s.Result(); res.Plan == nil || len(res.Nodes) != n {
		t.Fatalf("%d nodes, %v", len(res.Nodes), res.Problems)
	}
	return s
}

// A whole chain on one host is learned at once: the host is asked what it offers, and for the
// way to the first of the chain. Nothing of it validates values.
func TestAChainOnOneHostIsLearnedAtOnce(t *testing.T) {
	asked := new(atomic.Int64)
	planChain(t, counting{fleettest.New(t, chainOf(300), "h"), asked}, 300)
	if asked.Load() != 2 {
		t.Errorf("the host was asked %d times", asked.Load())
	}
}

// What a host foresees is what it would have answered: without it, the plan is the same.
func TestWhatIsForeseenIsWhatWouldBeAnswered(t *testing.T) {
	f := fleettest.New(t, chainOf(12), "h")
	a, b := planChain(t, f, 12).Result().Plan, planChain(t, blind{f}, 12).Result().Plan
	if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// blind has agents that foresee nothing, as older ones.
type blind struct{ deploy.Fleet }

func (f blind) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return blindAgent{a}, err
}

type blindAgent struct{ spec.Agent }

func (a blindAgent) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	r, err := a.Agent.Route(ctx, q)
	r.Foreseen = nil
	return r, err
}

// BenchmarkPlanChain plans chains on one host, whose agent is in this process.
func BenchmarkPlanChain(b *testing.B) {
	for _, n := range []int{50, 200, 800} {
		b.Run(fmt.Sprintf("depth=%d", n), func(b *testing.B) {
			f := fleettest.New(b, chainOf(n), "h")
			b.ReportAllocs()
			before := benchreport.CPUTime(b)
			for b.Loop() {
				planChain(b, f, n)
			}
			b.ReportMetric(float64(benchreport.CPUTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
}
