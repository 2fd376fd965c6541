//nolint:thelper // the functions that take measurements are tests themselves
package hostbench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// turns is how often each of the measurements below is taken.
const turns = 20

// filesModule has a state in which files are as they are said to be.
const filesModule = `"""Files."""

def _write(ctx):
    for n in range(%d):
        ctx.host.file("%s/%%d" %% n, %s * %d)

lifecycle("Files", states = [state("Off"), state("Written", enter = _write)])
`

// files is an engine for a module that writes some of a size.
func files(t testing.TB, dir, letter string, n, size int, store lifecycle.Store) *lifecycle.Engine {
	t.Helper()
	name := filepath.Join(t.TempDir(), "files.star")
	must(t, os.WriteFile(name, fmt.Appendf(nil, filesModule, n, dir, strconv.Quote(letter), size), 0o600))
	source, err := modules.Open(name)
	must(t, err)
	set, err := modules.Config{Machine: host.New("")}.Load(source)
	must(t, err)
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: store, Me: spec.Info{Host: "host1"}})
	must(t, err)
	return e
}

func enter(from ...string) spec.Work {
	return spec.Work{Lifecycle: "Files", From: from, Steps: []spec.Step{{Action: spec.Enter, State: "Written"}}}
}

// timed is the median time of something that is done some times.
func timed(t testing.TB, do func() error) time.Duration {
	t.Helper()
	var all []time.Duration
	for range turns {
		began := time.Now()
		must(t, do())
		all = append(all, time.Since(began))
	}
	return median(all)
}

// preview measures what it takes to say what would become of files, beside reading them.
func preview(t *testing.T, p plan, r *report) {
	b := r.Table(fmt.Sprintf("Preview of %d files", p.files), "files", "read by os.ReadFile", "read by the agent's view", "preview, all are so", "preview, all differ", "ratio", "to the view")
	for _, size := range []int{1 << 10, 64 << 10} {
		dir := dirOf(t)
		for n := range p.files {
			must(t, os.WriteFile(filepath.Join(dir, itoa(n)), []byte(strings.Repeat("a", size)), 0o644))
		}
		read := timed(t, func() error {
			for n := range p.files {
				if _, err := os.ReadFile(filepath.Join(dir, itoa(n))); err != nil {
					return err
				}
			}
			return nil
		})
		system := host.New("").System(func(string) {})
		viewed := timed(t, func() error {
			for n := range p.files {
				if _, err := system.Get(filepath.Join(dir, itoa(n))); err != nil {
					return err
				}
			}
			return nil
		})
		foresee := func(letter string, want int) time.Duration {
			e := files(t, dir, letter, p.files, size, lifecycle.NewMemory())
			return timed(t, func() error {
				steps, err := e.Preview(t.Context(), enter("Off"))
				if err == nil && len(steps[0].Changes) != want {
					return fmt.Errorf("%d changes are foreseen: %s", len(steps[0].Changes), steps[0].Why)
				}
				return err
			})
		}
		same := foresee("a", 0)
		b.Row(t, fmt.Sprintf("%d KiB", size>>10), ms(read), ms(viewed), ms(same), ms(foresee("b", p.files)), times(same, read, 1.2), times(same, viewed, 0))
	}
	b.Note(t, fmt.Sprintf("Medians of %d, in the page cache. The view opens each directory on the way without following links, and reads owner, mode and attributes too.", turns))
}

// effects measures what it costs to note each change of a file before and after it.
func effects(t *testing.T, p plan, r *report) {
	b := r.Table(fmt.Sprintf("Journal of effects: each of %d files of 1 KiB", p.files), "", "store in memory", "journal on the disk", "more for each", "a page, written and synced")
	one := func(again bool, store lifecycle.Store) time.Duration {
		dir := dirOf(t)
		e := files(t, dir, "a", p.files, 1<<10, store)
		var all []time.Duration
		for range turns {
			for _, to := range []spec.Path{"/host1/Files/Written", "/host1/Files/Off"} {
				route, err := e.Route(t.Context(), spec.RouteQuery{Provide: to})
				must(t, err)
				ready, err := e.Prepare(t.Context(), spec.Work{Lifecycle: "Files", Steps: route.Steps})
				must(t, err)
				began := time.Now()
				for _, s := range ready {
					_, err := e.Execute(t.Context(), "r", s, lifecycle.Sink{})
					must(t, err)
				}
				if (to == "/host1/Files/Off") == again {
					all = append(all, time.Since(began)/time.Duration(p.files))
				}
			}
		}
		return median(all)
	}
	disk := t.TempDir()
	for _, leave := range []bool{false, true} {
		j, err := journal.Open(filepath.Join(disk, fmt.Sprint(leave), journal.File), journal.Options{})
		must(t, err)
		memory, kept := one(leave, lifecycle.NewMemory()), one(leave, j)
		must(t, j.Close())
		what := "made"
		if leave {
			what = "taken back"
		}
		b.Row(t, what, ms(memory), ms(kept), ms(kept-memory), ms(synced(t, disk)))
	}
	b.Note(t, fmt.Sprintf("Medians of %d steps, by the number of files. All of a step's time is in it, that of the module too.", turns))
}

// synced is how long a page takes to the disk.
func synced(t testing.TB, dir string) time.Duration {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "page"))
	must(t, err)
	defer f.Close()
	page := make([]byte, 4096)
	return timed(t, func() error {
		if _, err := f.WriteAt(page, 0); err != nil {
			return err
		}
		return f.Sync()
	})
}

// dirOf is a folder whose path has no links in it.
func dirOf(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return dir
}

func itoa(n int) string { return strconv.Itoa(n) }
