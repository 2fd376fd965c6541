package web_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/browsertest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/web"
)

// evilText is what somebody says who would like a script to run in the browsers of others.
const evilText = `</script><img src=x onerror="window.evil=1"><svg onload="window.evil=2"><a href="javascript:window.evil=3">x</a>{{.}}${window.evil=4}`

// evil is a fleet whose agents say evil texts wherever they may say one.
type evil struct {
	deploy.Fleet
	after *atomic.Bool // deployments: also of what would have kept those from being carried out
}

type evilAgent struct {
	spec.Agent
	after bool
}

func (f evil) Name() string { return evilText }

func (f evil) Hosts() []spec.HostStatus {
	all := f.Fleet.Hosts()
	for i := range all {
		all[i].Why = evilText
	}
	return all
}

func (f evil) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return evilAgent{a, f.after.Load()}, err
}

func (a evilAgent) Info(ctx context.Context) (spec.Info, error) {
	info, err := a.Agent.Info(ctx)
	info.Address, info.OS.Name, info.OS.Release, info.Version, info.Notes = evilText, evilText, evilText, evilText, []string{evilText}
	info.Supervised, info.Approvers = a.after, []string{evilText}
	return info, err
}

func (a evilAgent) Stacks(ctx context.Context) ([]spec.Stack, error) {
	return evilStacks(a.Agent.Stacks(ctx))
}

func (a evilAgent) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	return evilStacks(a.Agent.BriefStacks(ctx))
}

func evilStacks(all []spec.Stack, err error) ([]spec.Stack, error) {
	for i := range all {
		all[i].Doc = evilText
		for j := range all[i].Calls {
			all[i].Calls[j].Who = evilText
		}
	}
	return all, err
}

func (a evilAgent) Provides(ctx context.Context, p spec.Pattern) ([]spec.Provide, error) {
	all, err := a.Agent.Provides(ctx, p)
	for i := range all {
		all[i].Help, all[i].Label = evilText, evilText
	}
	return all, err
}

func (a evilAgent) Preview(ctx context.Context, w spec.Work, before ...spec.Work) ([]spec.StepPreview, error) {
	all, err := a.Agent.Preview(ctx, w, before...)
	for i := range all {
		if !a.after {
			break
		}
		all[i].Changes = append(all[i].Changes, spec.Change{What: evilText, Diff: "+" + evilText, Forever: evilText})
	}
	return all, err
}

// Every page, with evil texts wherever there can be some: no script runs, a screen reader finds a
// name for all that it can use, and a phone need not be moved sideways; in light and in dark.
func TestEveryPageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	var after atomic.Bool
	x := newSite(t, func(c *web.Config) { c.Own.Fleet = evil{c.Own.Fleet, &after} }, "main", "a")
	x.lab.Lines, x.lab.Text = 400, evilText
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	b.answer("go/conf/note", evilText)
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	b.send(draft+"/run", "name", "evil")
	done := b.where()
	until(t, func() bool { return strings.Contains(b.open(done).page, "Result") })
	x.lab.SetFail("a", true)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	b.answer("go/conf/note", evilText+"!")
	draft = strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	b.send(draft+"/run", "name", "worse")
	failed := b.where()
	until(t, func() bool { return strings.Contains(b.open(failed).page, "Retry") })
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	b.answer("go/conf/note", evilText)
	draft = strings.TrimSuffix(b.where(), "/plan")
	after.Store(true)
	b.open(draft + "/plan?look").see("cannot be undone")

	pages := []string{"/?read", "/hosts/a", "/hosts/a/Part", "/hosts/a/Part?goal=Off", "/hosts/a/Part/move?to=Off", "/catalogue", "/catalogue?q=nothing", draft, draft + "/plan",
		"/deployments", done, failed, done + "/again", done + "/rollback", "/approvals", "/drift", "/drift?look=1", "/history", "/logs", "/logs?level=error",
		"/logs?in=" + strings.TrimPrefix(done, "/deployments/") + "&at=1", "/nowhere"}
	for name, look := range map[string]struct {
		size browsertest.Size
		dark bool
	}{"phone, light": {browsertest.Phone, false}, "screen, dark": {browsertest.Screen, true}} {
		p := browsertest.Open(t, look.size, look.dark)
		p.Go(x.http.URL + x.Link())
		p.Follow("Log in")
		for _, path := range pages {
			p.Go(x.http.URL + path)
			p.Wait(`document.readyState === "complete"`)
			var ran, dark bool
			var wide int
			if p.Value(`window.evil !== undefined || document.querySelector("main img, a[href^='javascript']") !== null`, &ran); ran {
				t.Errorf("%s, %s: what a host says is more than text", name, path)
			}
			if bad := p.Unnamed(); len(bad) > 0 {
				t.Errorf("%s, %s: a screen reader meets without a name: %v", name, path, bad)
			}
			if p.Value("document.documentElement.scrollWidth - document.documentElement.clientWidth", &wide); wide > 0 {
				t.Errorf("%s, %s is %d pixels wider than the window", name, path, wide)
			}
			var heads, mains int
			p.Value(`document.querySelectorAll("h1").length`, &heads)
			if p.Value(`document.querySelectorAll("main").length`, &mains); heads != 1 || mains != 1 {
				t.Errorf("%s, %s has %d first headings and %d main parts", name, path, heads, mains)
			}
			p.Value(`getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).every((n) => n < 80)`, &dark)
			if dark != look.dark {
				t.Errorf("%s, %s is dark: %t", name, path, dark)
			}
		}
		for _, err := range p.Errors() {
			if !strings.Contains(err, "404") { // the page that is nowhere
				t.Errorf("%s: the browser tells of %s", name, err)
			}
		}
	}
}

// All can be done without a mouse: with Tab, Space and Enter, and one sees where one is.
func TestADeploymentByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	x := newSite(t, nil, "a")
	p := browsertest.Open(t, browsertest.Phone, false)
	p.Go(x.http.URL + x.Link())
	// to goes on with Tab until what has the focus says something, and one must see where that is.
	to := func(text string) {
		t.Helper()
		for range 60 {
			var at string
			p.Value(`(() => { const e = document.activeElement; return (e.innerText || e.getAttribute("aria-label") || e.name || "").trim(); })()`, &at)
			if strings.HasPrefix(at, text) {
				var seen bool
				if p.Value(`(() => { const r = document.activeElement.getBoundingClientRect(); return r.width > 0 && r.bottom > 0 && r.top < innerHeight && getComputedStyle(document.activeElement).outlineStyle !== "none"; })()`, &seen); !seen {
					t.Errorf("one does not see that %q has the focus", text)
				}
				return
			}
			p.Keys("\t")
		}
		t.Fatalf("Tab does not lead to %q:\n%s", text, p.Text())
	}
	p.Keys("\t")
	to("Log in")
	p.Send()
	p.See("1 host")
	p.Keys("\t")
	to("Skip to the content")
	to("Deploy")
	p.Send()
	to("q")
	p.Keys("part")
	p.Send()
	to("hosts")
	p.Send()
	p.See("optional value")
	to("Review the plan")
	p.Send()
	p.See("Run it")
	to("Run it")
	p.Send()
	p.See("✓ done")
	to("Roll back")
	p.Send()
	p.See("Nothing has been changed yet")
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("the browser tells of %s", strings.Join(errs, "\n"))
	}
}

// Of many hosts a page begins with the first, so that it is there at once; all others follow, and
// where one is among them stays when something changes.
func TestAllHostsFollow(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	var hosts []spec.Host
	for i := range 150 {
		hosts = append(hosts, spec.Host(fmt.Sprintf("web%03d", i)))
	}
	x := newSite(t, nil, hosts...)
	b := x.login(t)
	if n := strings.Count(b.open("/").page, `class="cell`); n != 60 {
		t.Errorf("the page begins with %d hosts", n)
	}
	if n := strings.Count(b.open("/?read").page, `class="cell`); n != 150 {
		t.Errorf("without scripts there are %d hosts", n)
	}
	p := browsertest.Open(t, browsertest.Screen, false)
	p.Go(x.http.URL + x.Link())
	p.Follow("Log in")
	all := `document.querySelectorAll("#hosts > li").length === 150 && document.querySelector("#hosts > li:last-child").textContent.includes("web149")`
	p.Wait(all)
	p.Value(`document.querySelector("#hosts > li:last-child a").focus()`, nil)
	deployed(t, b, "web149")
	p.Wait(`document.querySelector("#hosts > li:last-child").textContent.includes("Part On")`)
	p.Wait(all)
	var focused string
	if p.Value(`document.activeElement.textContent`, &focused); focused != "web149" {
		t.Errorf("the focus is at %q", focused)
	}
	b.send("/drafts", "pattern", "//Part//go", "hosts", "web*")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	b.send(draft + "/run")
	at := b.where()
	if n := strings.Count(b.open(at).page, `<li id="lane`); n != 60 {
		t.Errorf("the page of a deployment begins with %d hosts", n)
	}
	p.Go(x.http.URL + at)
	p.See("✓ done")
	p.Wait(`document.querySelectorAll("#lanes > li").length === 150`)
	if n := strings.Count(b.open("/history?read").page, "<tr><td data-is"); n != 150 {
		t.Errorf("history has %d rows", n)
	}
	first := b.page
	if b.open("/history?skip=150").see("Newer", "Older"); b.page == first {
		t.Error("the next page of history is the first")
	}
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("the browser tells of %s", strings.Join(errs, "\n"))
	}
}
