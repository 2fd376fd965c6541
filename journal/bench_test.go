package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// BenchmarkGoto goes over ten states and back. On disk it also tells what a step
// costs, over what it costs to have a page written to the same file system; and what
// secrets cost.
func BenchmarkGoto(b *testing.B) {
	const states = 10
	far := func(b *testing.B, store lifecycle.Store, secrets bool) {
		b.Helper()
		l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "S0"}}}
		for i := range states {
			v := spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80}
			if secrets {
				v = spec.Variable{Name: "password", Type: spec.Type{Kind: spec.KindPassword}, Default: fmt.Sprint("correct horse ", i)}
			}
			l.States = append(l.States, &lifecycle.State{Name: fmt.Sprint("S", i+1), Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{v}}}})
		}
		e, err := lifecycle.New(l, lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
		must(b, err)
		for b.Loop() {
			for _, to := range []spec.Path{"/h/L/S10", "/h/L/S0"} {
				r, err := e.Route(context.Background(), spec.RouteQuery{Provide: to})
				must(b, err)
				ready, err := e.Prepare(context.Background(), spec.Work{Lifecycle: "L", Steps: r.Steps})
				must(b, err)
				for _, s := range ready {
					_, err := e.Execute(context.Background(), "r", s, lifecycle.Sink{})
					must(b, err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*states*b.N), "ns/step")
	}
	b.Run("store=memory", func(b *testing.B) { far(b, lifecycle.NewMemory(), false) })
	for _, secrets := range []bool{false, true} {
		b.Run(fmt.Sprintf("store=journal,secrets=%v", secrets), func(b *testing.B) {
			dir := b.TempDir()
			far(b, open(b, filepath.Join(dir, journal.File)), secrets)
			b.StopTimer()
			sync := syncTime(b, dir)
			b.ReportMetric(float64(sync.Nanoseconds()), "ns/fsync")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*states*b.N)/float64(sync.Nanoseconds()), "fsyncs/step")
		})
	}
}

// syncTime is how long a page takes to the disk.
func syncTime(b *testing.B, dir string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "page"))
	must(b, err)
	defer f.Close()
	page := make([]byte, 4096)
	const n = 200
	began := time.Now()
	for i := range n {
		page[0] = byte(i)
		_, err := f.WriteAt(page, 0)
		must(b, err, f.Sync())
	}
	return time.Since(began) / n
}

// BenchmarkOpen opens a journal with a long history, which is read as a whole.
func BenchmarkOpen(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), journal.File))
	for range lifecycle.MaxCalls {
		must(b, j.End("Web", lifecycle.Outcome{Called: &spec.Called{State: "On", Provide: "p", Inputs: secretive, Returns: "http://web1"}}))
	}
	must(b, j.Close())
	for b.Loop() {
		must(b, open(b, j.Path()).Close())
	}
}
