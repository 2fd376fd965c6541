package web_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/internal/browsertest"
	"github.com/armonic/armonic/spec"
)

// The goals.
const (
	paintGoal = 200 * time.Millisecond // from the start of a page to its first paint
	keyGoal   = 50 * time.Millisecond  // from a key to the frame that shows it
)

// measuring says how much is measured.
type measuring struct {
	hosts, lines int // lines of all hosts together
	times, keys  int
	full         bool
}

// TestMeasured takes every measurement: in small, to see that it can be taken, or in full with
// ARMONIC_BENCH=full, and then prints what was found.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	m := measuring{hosts: 12, lines: 1200, times: 1, keys: 3}
	if os.Getenv("ARMONIC_BENCH") == "full" {
		m = measuring{hosts: 500, lines: 100_000, times: 5, keys: 30, full: true}
	}
	hosts := make([]spec.Host, m.hosts)
	for i := range hosts {
		hosts[i] = spec.Host(fmt.Sprintf("web%03d", i))
	}
	x := newSite(t, nil, hosts...)
	x.lab.Lines, x.lab.Pace = m.lines/m.hosts, 50*time.Millisecond
	ends := make(chan struct{})
	x.lab.Gate[hosts[0]] = ends // it runs until all is measured that it disturbs
	p := browsertest.Open(t, browsertest.Screen, false)
	p.Go(x.http.URL + x.Link())
	p.Follow("Log in")
	p.See(fmt.Sprintf("%d hosts", m.hosts), "nothing is applied")
	r := &benchreport.Report{}
	paints := r.Table(fmt.Sprintf("Pages of a fleet of %d hosts", m.hosts), "page", "first paint (goal ≤ 200 ms)", "most", "size")
	keys := r.Table("From a key to the frame that shows it", "where", "median (goal ≤ 50 ms)", "most")
	paint := func(name, path string) {
		var took []time.Duration
		var size int
		for range m.times {
			p.Go(x.http.URL + path)
			p.Wait(`performance.getEntriesByName("first-contentful-paint").length > 0`)
			var ms float64
			p.Value(`performance.getEntriesByName("first-contentful-paint")[0].startTime`, &ms)
			took = append(took, time.Duration(ms*float64(time.Millisecond)))
			p.Value(`performance.getEntriesByType("navigation")[0].decodedBodySize`, &size)
		}
		paints.Row(t, name, goal(middle(took), paintGoal), millis(slices.Max(took)), fmt.Sprintf("%d kB", size/1000))
	}
	key := func(name, field string) {
		p.Value(`(() => { window.took = []; document.addEventListener("keydown", (e) => requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - e.timeStamp), 0))); document.querySelector(`+"`"+field+"`"+`).focus(); return true; })()`, nil)
		for i := range m.keys {
			p.Keys("a")
			p.Wait(fmt.Sprintf("window.took.length > %d", i))
		}
		var ms []float64
		p.Value("window.took", &ms)
		took := make([]time.Duration, len(ms))
		for i := range ms {
			took[i] = time.Duration(ms[i] * float64(time.Millisecond))
		}
		keys.Row(t, name, goal(middle(took), keyGoal), millis(slices.Max(took)))
	}

	b := x.login(t)
	paint("a sentence, to compare", "/enter/nothing")
	paint("fleet", "/")
	paint("Deploy, nothing asked yet", "/catalogue?read")
	paint("Deploy", "/catalogue")
	paint("a host", "/hosts/web001")
	paint("a lifecycle", "/hosts/web001/Part?goal=On")
	b.send("/drafts", "pattern", "//Part//go", "hosts", "web*")
	draft := strings.TrimSuffix(b.where(), "/plan")
	paint("a draft", draft)
	key("a draft", "fieldset input[type=text]")
	b.open(draft + "/plan?look")
	paint("its plan, looked at", draft+"/plan")
	b.send(draft+"/run", "name", "shop")
	at := b.where()
	id := strings.TrimPrefix(at, "/deployments/")
	paint("a deployment that begins", at)
	key("it runs, and its log is followed", "#q")
	p.Go(x.http.URL + "/")
	p.See("is carried out")
	p.Value(`(() => { const q = document.createElement("input"); q.id = "typed"; document.querySelector("h1").append(q); return true; })()`, nil)
	key("the fleet while it runs", "#typed")
	close(ends)
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	paint("a deployment that is done", at)
	paint("its log", "/logs?in="+id)
	paint("a search in all lines", "/logs?q=said+7+web001")
	paint("a search that finds nothing", "/logs?q=there+is+no+such+line")
	key("the log of all", "#q")
	paint("history", "/history")
	paint("Deployments", "/deployments")
	paint("what waits for approval", "/approvals")
	paint("drift of all hosts", "/drift?look=1")
	paint("the fleet, with what is applied", "/")
	b.open("/logs?q=" + fmt.Sprintf("said+%d+web001", m.lines/m.hosts-1)).see("web001")
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("the browser tells of %s", strings.Join(errs, "\n"))
	}
	if m.full {
		r.Print(t)
	}
}

func middle(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)/2]
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}

func goal(d, most time.Duration) string {
	if d > most {
		return millis(d) + " (missed)"
	}
	return millis(d)
}
