package rollout

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// punctual are agents whose steps take a second each, and nothing else any time.
type punctual struct{ hosts int }

func (f punctual) Name() string { return "punctual" }

func (f punctual) Hosts() (out []spec.HostStatus) {
	for i := range f.hosts {
		out = append(out, spec.HostStatus{Host: spec.Host(fmt.Sprint("h", i)), Link: spec.LinkOn})
	}
	return out
}

func (f punctual) Agent(spec.Host) (spec.Agent, error) { return punctualAgent{}, nil }

type punctualAgent struct{ spec.Agent }

func (punctualAgent) Info(context.Context) (spec.Info, error) { return spec.Info{}, nil }

func (punctualAgent) Start(context.Context, spec.Run) error { return nil }

func (punctualAgent) PutDeployment(_ context.Context, r spec.DeploymentRecord) error {
	return r.Check()
}

func (punctualAgent) Follow(_ context.Context, id spec.RunID, _ int, fn func(spec.Event) error) error {
	for i, ev := range []spec.Event{{Kind: spec.EventQueued, Step: -1}, {Kind: spec.EventStarted, Step: -1}, {Kind: spec.EventStepStarted}, {Kind: spec.EventStepDone, Stack: []string{"On"}}, {Kind: spec.EventRunDone, Step: -1, Stack: []string{"On"}}} {
		if ev.Kind == spec.EventStepDone {
			time.Sleep(time.Second)
		}
		ev.Run, ev.Seq, ev.At = id, i+1, time.Now()
		if err := fn(ev); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkCarryOut carries plans of many nodes out, with a log on disk and copies of it, and
// reports how much longer it takes than the tasks themselves, and what it computes a node.
func BenchmarkCarryOut(b *testing.B) {
	for _, size := range []struct{ nodes, hosts int }{{1000, 50}, {10000, 500}} {
		b.Run(fmt.Sprintf("nodes=%d", size.nodes), func(b *testing.B) {
			for b.Loop() {
				p := &Plan{}
				for i := range size.nodes {
					t := PlannedTask{Task: resolver.Task{ID: resolver.TaskID(fmt.Sprintf("./On.go.parts[%d]#0", i)), Node: resolver.NodeID(fmt.Sprintf("./On.go.parts[%d]", i)), Lifecycle: "Part",
						Host: spec.Host(fmt.Sprint("h", i%size.hosts)), Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}, Usual: []time.Duration{time.Second}}
					if i >= size.hosts { // its own host's last one, and that of another
						t.After = []resolver.TaskID{p.Tasks[i-size.hosts].ID, p.Tasks[i-size.hosts-i%size.hosts].ID}
					}
					p.Tasks = append(p.Tasks, t)
					p.Nodes = append(p.Nodes, Node{ID: t.Node, Provide: spec.MakePath(t.Host, "Part", "On", "go"), Parent: resolver.Root})
				}
				r := newRollout(punctual{size.hosts}, Options{})
				log, err := NewStore(b.TempDir(), seal.KeyFile{Path: filepath.Join(b.TempDir(), "key")}).create("d")
				if err != nil {
					b.Fatal(err)
				}
				r.log, r.copies = log, true
				hosts := []spec.Host{"h0", "h1", "h2"}
				cpu, began := benchreport.CPUTime(b), time.Now()
				r.change(func() {
					r.record(Record{Kind: RecordMade, Made: &Made{ID: "d", Name: "d", Hosts: hosts}})
					r.record(Record{Kind: RecordPlanned, Plan: p})
				})
				r.Start(context.Background())
				go r.watch()
				if err := r.Wait(context.Background()); err != nil {
					b.Fatal(err)
				}
				own := time.Duration(size.nodes/size.hosts) * time.Second
				b.ReportMetric(100*(time.Since(began)-own).Seconds()/own.Seconds(), "%overhead")
				b.ReportMetric(float64((benchreport.CPUTime(b)-cpu).Microseconds())/float64(size.nodes), "cpu-µs/node")
				if s := r.Snapshot(); !s.OK {
					b.Fatalf("%d of %d are done", s.Done, len(s.Tasks))
				}
				r.Close()
			}
		})
	}
}

// watch draws the deployment twenty times a second, as front ends do.
func (r *Rollout) watch() {
	for version := 0; !r.detached(); time.Sleep(50 * time.Millisecond) {
		version = r.Changed(context.Background(), version)
		r.Snapshot()
	}
}

func (r *Rollout) detached() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}
