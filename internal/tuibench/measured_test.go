//nolint:thelper // the functions that take measurements are tests themselves
package tuibench_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
)

// plan says how much is measured.
type plan struct {
	hosts  int           // of the fleet, and of the deployment
	parts  int           // of a host: nodes beside its Site
	keys   int           // pressed in each situation
	during time.Duration // of what happens by itself
	starts int
	rates  []int // lines a second
	lines  int   // that are kept when the memory is looked at
	others bool
}

func small() plan {
	return plan{hosts: 3, parts: 19, keys: 4, during: 200 * time.Millisecond, starts: 1, rates: []int{1000}, lines: 100}
}

func full() plan {
	hosts := 500 // ARMONIC_BENCH_HOSTS are fewer, with as many nodes: accounts are made slowly
	if n, err := strconv.Atoi(os.Getenv("ARMONIC_BENCH_HOSTS")); err == nil && n > 0 {
		hosts = n
	}
	return plan{hosts: hosts, parts: 10_000/hosts - 1, keys: 300, during: 20 * time.Second, starts: 11, rates: []int{1000, 10_000}, lines: 100_000, others: true}
}

// TestMeasured takes every measurement: in small, to see that it can be taken, or in
// full with ARMONIC_BENCH=full, and then prints what was found.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	p := small()
	if os.Getenv("ARMONIC_BENCH") == "full" {
		p = full()
	}
	bin := benchreport.Program(t)
	r := &benchreport.Report{}
	t.Run("start", func(t *testing.T) { starts(t, p, bin, r) })
	t.Run("keys", func(t *testing.T) { beside(t, p, bin, r) })
	t.Run("deployment", func(t *testing.T) { deployment(t, p, bin, r) })
	if p.others {
		r.Print(t)
	}
}

// starts measures from the start of the program to its first frame, and to the first one with the hosts.
func starts(t *testing.T, p plan, bin string, r *benchreport.Report) {
	var first, hosts []time.Duration
	for range p.starts {
		x := start(t, exec.Command(bin, "tui", "--demo"))
		_, at := x.Find(0, `\x1b\[\?2026l`)
		first = append(first, at.Sub(x.Began))
		_, at = x.Find(0, `5 hosts`)
		hosts = append(hosts, at.Sub(x.Began))
		x.End()
	}
	b := r.Table("From the start of `armonic tui --demo`", "until", "median (goal ≤ 20 ms)", "most")
	b.Row(t, "the first frame", goal(ms(quantile(first, 50)), quantile(first, 50) <= 20*time.Millisecond), ms(slices.Max(first)))
	b.Row(t, "the frame with the hosts", ms(quantile(hosts, 50)), ms(slices.Max(hosts)))
	b.Note(t, fmt.Sprintf("Of %d starts.", p.starts))
}

// other is a full-screen program to compare with.
type other struct {
	name  string
	args  []string
	ready string
	keys  []string
	dir   string
}

// beside measures the demo, beside other programs that are here.
func beside(t *testing.T, p plan, bin string, r *benchreport.Report) {
	b := r.Table("Key to the last byte of the answer, and nothing to do", "program", "p50 (goal ≤ 1 ms)", "p99 (goal ≤ 4 ms)", "idle: processor (goal ≤ 0.1 %)", "idle: bytes (goal 0)", "memory")
	ours := other{"armonic tui --demo", []string{bin, "tui", "--demo"}, "5 hosts", []string{"j", "k"}, ""}
	measure(t, p, ours, b, true)
	if !p.others {
		return
	}
	missing := ""
	for _, o := range []other{
		{"lazygit", []string{"lazygit"}, "Commit", []string{"j", "k"}, repository(t)},
		{"k9s, without a cluster", []string{"k9s"}, "K9s|k9s|____", []string{"j", "k"}, ""},
		{"htop", []string{"htop", "-d", "100"}, "CPU", []string{"\x1b[B", "\x1b[A"}, ""},
	} {
		if _, err := exec.LookPath(o.args[0]); err != nil {
			missing += " " + o.args[0]
			continue
		}
		measure(t, p, o, b, false)
	}
	if missing != "" {
		b.Note(t, "Not here, and not measured:"+missing+".")
	}
}

func measure(t *testing.T, p plan, o other, b *benchreport.Table, judged bool) {
	cmd := exec.Command(o.args[0], o.args[1:]...)
	cmd.Dir = o.dir
	x := start(t, cmd)
	defer x.End()
	x.Find(0, o.ready)
	x.Quiet(p.during / 10)
	var took []time.Duration
	for i := range p.keys {
		if d, ok := x.toQuiet(o.keys[i%len(o.keys)]); ok {
			took = append(took, d)
		} else if judged {
			t.Errorf("key %d has no answer", i)
		}
		pause()
	}
	x.Quiet(p.during / 10)
	percent, written := x.over(p.during)
	now, _ := x.memory()
	if len(took) == 0 {
		took = []time.Duration{0}
	}
	row := []string{o.name, ms(quantile(took, 50)), ms(quantile(took, 99)), fmt.Sprintf("%.2f %%", percent), fmt.Sprint(written), mib(now)}
	if judged {
		row[1], row[2] = goal(row[1], quantile(took, 50) <= time.Millisecond), goal(row[2], quantile(took, 99) <= 4*time.Millisecond)
		row[3], row[4] = goal(row[3], percent <= 0.1), goal(row[4], written == 0)
	}
	b.Row(t, row...)
}

// deployment measures a large fleet, and a large deployment on it while its hosts speak.
func deployment(t *testing.T, p plan, bin string, r *benchreport.Report) {
	f := newFleet(t, p.hosts, p.parts)
	nodes := p.hosts*(p.parts+1) + 1
	b := r.Table(fmt.Sprintf("%d hosts, a deployment of %d nodes", p.hosts, nodes), "situation", "key p50 (goal ≤ 1 ms)", "p99 (goal ≤ 4 ms)",
		"processor (goal: idle ≤ 0.1 %, 1,000 lines/s ≤ 3 %)", "written a second", "memory now", "at most")
	x := start(t, f.command(bin, "tui"))
	x.Find(0, fmt.Sprintf("%d hosts +read at", p.hosts))
	x.Quiet(min(p.during, 2*time.Second))
	situation := func(name string, most float64) {
		var took []time.Duration
		for i := range p.keys {
			took = append(took, x.toMove([]string{"j", "k"}[i%2]))
			pause()
		}
		percent, written := x.over(p.during)
		now, peak := x.memory()
		cpu := fmt.Sprintf("%.2f %%", percent)
		if most > 0 {
			cpu = goal(cpu, percent <= most)
		}
		b.Row(t, name, goal(ms(quantile(took, 50)), quantile(took, 50) <= time.Millisecond), goal(ms(quantile(took, 99)), quantile(took, 99) <= 4*time.Millisecond),
			cpu, fmt.Sprintf("%.0f B", float64(written)/p.during.Seconds()), mib(now), mib(peak))
	}
	situation("fleet, idle", 0.1)

	x.do("2", "What to deploy")
	x.do("load", "> load")
	x.do("\r", "ANSWER 1 missing")
	x.do("\r", fmt.Sprintf("0 of %d hosts marked", p.hosts))
	x.do("*", fmt.Sprintf("%d of %d hosts marked", p.hosts, p.hosts))
	began := time.Now()
	x.do("\r", "READY for the plan|p shows the plan")
	planned := time.Since(began)
	x.do("p", "enter On")
	x.Quiet(p.during / 10)
	situation("plan, idle", 0.1)
	x.do("R", "Run Load")
	x.do("y", "RUN")
	before := 0
	for i, rate := range p.rates {
		f.do(t, "rate %d", rate)
		time.Sleep(min(p.during, 2*time.Second)) // until all hosts have begun
		at := time.Now()
		most := 0.0
		if rate <= 1000 {
			most = 3
		}
		situation(fmt.Sprintf("runs, %d lines/s", rate), most)
		before += int(time.Since(at).Seconds() * float64(rate))
		if i == len(p.rates)-1 {
			for before < p.lines {
				time.Sleep(time.Second)
				before += rate
			}
		}
	}
	f.do(t, "rate 0")
	x.Quiet(min(p.during, time.Second))
	now, peak := x.memory()
	b.Row(t, fmt.Sprintf("%d lines", p.lines), "", "", "", "", goal(mib(now)+" (goal ≤ 60)", now <= 60), mib(peak))
	b.Note(t, fmt.Sprintf("Planned in %s.", ms(planned)))
}

// pause is between two keys: not a multiple of anything.
func pause() { time.Sleep(20*time.Millisecond + rand.N(40*time.Millisecond)) }

// repository is one with something to show.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q"}, {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for i := range 20 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d", i)), []byte("text\n"), 0o600))
	}
	return dir
}

// quantile is the value below which that many percent of all are.
func quantile(all []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

// goal marks what misses it.
func goal(text string, met bool) string {
	if !met {
		text += " (missed)"
	}
	return text
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

func mib(v float64) string { return fmt.Sprintf("%.1f MiB", v) }
