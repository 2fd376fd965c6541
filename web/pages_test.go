package web_test

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/web"
)

// deployed has a Part on hosts, from the pages, and gives the page of the deployment.
func deployed(t *testing.T, b *browser, hosts string) (at string) {
	t.Helper()
	b.open("/catalogue").send("/drafts", "pattern", "//Part//go", "hosts", hosts)
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look").see("Run it")
	b.send(draft + "/run")
	at = b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	return at
}

var shownKey = regexp.MustCompile(`name="shown" value="([^"]+)"`)

// shown is the name of what the last page shows.
func shown(b *browser) string {
	b.t.Helper()
	m := shownKey.FindStringSubmatch(b.page)
	if m == nil {
		b.t.Fatalf("%s shows nothing that could be done:\n%s", b.where(), b.page)
	}
	return m[1]
}

// Who moves a service sees first what that undoes and whom it breaks; that is done, or nothing.
func TestAServiceIsMovedToAState(t *testing.T) {
	x := newSite(t, nil, "main", "a")
	b := x.login(t)
	b.send("/drafts", "pattern", "//Whole//go", "hosts", "main").see("parts")
	b.answer(`"hosts"`, "a")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	b.send(draft + "/run")
	at := b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })

	b.open("/hosts/a/Part").see("Now: ", "On")
	b.open("/hosts/a/Part?goal=Off").see("The way to Off", "leave On", "See what moving it there does", "On · now", "Off · goal")
	if n := strings.Count(b.page, `class="arrow pass"`); n != 2 { // from On over Ready
		t.Errorf("%d arrows lead to it", n)
	}
	b.open("/hosts/a/Part/move?to=Off").see("Nothing has been changed yet", "leave On", "What it breaks", "Whole on main (On) uses On.go", "break 1 use")
	key := shown(b)
	b.send("/hosts/a/Part/move", "shown", "other").see("choose the state again")
	if stack := x.fleet.StackOf(t, "a", "Part"); len(stack) < 3 {
		t.Errorf("it was moved though something else was shown: %v", stack)
	}
	b.send("/hosts/a/Part/move", "shown", key).see("choose the state again") // it is good for one answer
	b.open("/hosts/a/Part/move?to=Off")
	b.send("/hosts/a/Part/move", "shown", shown(b)).see("Part is in Off")
	if stack := x.fleet.StackOf(t, "a", "Part"); len(stack) != 1 || stack[0] != "Off" {
		t.Errorf("it is at %v", stack)
	}
	b.open("/hosts/a/Part/move?to=Off").see("It is there")
	b.open("/hosts/a/Part/move?to=Nowhere")
	if b.code == 200 {
		t.Errorf("it can be moved to a state that there is not:\n%s", b.page)
	}
}

// What was deployed is deployed on other hosts in the places of those, and the page says which.
func TestTheSameIsDeployedOnOtherHosts(t *testing.T) {
	x := newSite(t, nil, "a", "b", "c")
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a, b")
	for range 2 {
		n, key := b.field("go/conf/size")
		b.send(b.where(), "key"+n, key, "value"+n, "7", "all"+n, "1")
	}
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look").see("conf.size=7")
	b.send(draft + "/run")
	at := b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	b.see("Deploy it again")
	b.open(at+"/again").see("In the place of a", "In the place of b")
	b.send(at+"/again", "on:a", "a", "on:b", "nobody").see("there is no host", "nobody")
	b.open(at + "/again")
	b.send(at+"/again", "on:a", "a", "on:evil", "c").see("did nothing on evil")
	b.open(at + "/again")
	b.send(at+"/again", "on:a", "a", "on:b", "c")
	draft = strings.TrimSuffix(b.where(), "/plan")
	b.open(draft).see("c in the place of b")
	b.open(draft+"/plan?look").see("conf.size=7", ">c</h2>")
	if strings.Contains(b.page, ">b</h2>") {
		t.Errorf("b is in the plan:\n%s", b.page)
	}
	b.send(draft+"/run", "name", "elsewhere")
	at = b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	if stack := x.fleet.StackOf(t, "c", "Part"); stack[len(stack)-1] != "On" {
		t.Errorf("c is at %v", stack)
	}
}

// One answer is taken for all hosts that ask for the same.
func TestAnAnswerForSeveralHosts(t *testing.T) {
	x := newSite(t, nil, "a", "b", "c")
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a, b, c")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft).see("the same in all 3 places that ask for size")
	n, key := b.field("go/conf/size")
	b.send(draft, "key"+n, key, "value"+n, "9", "was"+n, "3", "all"+n, "1")
	b.open(draft + "/plan?look")
	if got := strings.Count(b.page, "conf.size=9"); got != 3 {
		t.Errorf("%d hosts have it:\n%s", got, b.page)
	}
}

// Each line of a log has a link, which leads to it among its neighbours; what is searched comes in pages.
func TestLinesOfALogAreLinkedAndPaged(t *testing.T) {
	x := newSite(t, nil, "main", "a")
	x.lab.Lines = 1000
	b := x.login(t)
	at := deployed(t, b, "a")
	id := strings.TrimPrefix(at, "/deployments/")
	b.see("before these", "/logs?in="+id, "said 999")
	if strings.Contains(b.page, "said 500<") {
		t.Error("the page has all lines")
	}
	b.open("/logs?in="+id+"&q=said").see("said 999", "said 850", "Older lines")
	if strings.Contains(b.page, "said 849<") || strings.Contains(b.page, "Newer lines") {
		t.Error("the first page has more than its lines")
	}
	older := func() *browser {
		t.Helper()
		m := regexp.MustCompile(`<a href="([^"]+)">Older lines`).FindStringSubmatch(b.page)
		if m == nil {
			t.Fatalf("there is no older page:\n%.2000s", b.page)
		}
		return b.open(html.UnescapeString(m[1]))
	}
	older().see("said 849", "said 700", "Newer lines")
	for range 4 {
		older()
	}
	older().see("said 0")
	if strings.Contains(b.page, "Older lines") {
		t.Error("there is something before the first line")
	}
	b.open("/logs?q=said+123").see("said 123")
	m := regexp.MustCompile(`<div class="line[^"]*"><a href="([^"]+)">[^\n]*said 123<`).FindStringSubmatch(b.page)
	if m == nil {
		t.Fatalf("the line has no link:\n%s", b.page)
	}
	b.open(strings.TrimSuffix(html.UnescapeString(m[1]), "#sought")).see("said 123", "said 60", "said 190")
	if !regexp.MustCompile(`id="sought"[^\n]*said 123<`).MatchString(b.page) {
		t.Errorf("the line is not marked:\n%s", b.page)
	}
	b.open("/logs?level=error")
	if strings.Contains(b.page, "said 1") {
		t.Error("lines are no errors")
	}
	// Each page has all lines, whoever has read them before.
	if n := strings.Count(b.open(at+"/log").page, "said "); n != 1000 {
		t.Errorf("the log as text has %d lines", n)
	}
	if n := strings.Count(b.open(at+"/log").page, "said "); n != 1000 {
		t.Errorf("the second time it has %d lines", n)
	}
}

// looking is a fleet whose agents let us look, and on one host start what was approved.
type looking struct {
	deploy.Fleet
	asks spec.Host
}

type looker struct {
	spec.Agent
	asks bool
}

func (f looking) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return looker{a, h == f.asks}, err
}

func (l looker) Info(ctx context.Context) (spec.Info, error) {
	info, err := l.Agent.Info(ctx)
	if info.Observer, info.Supervised = !l.asks, l.asks; l.asks {
		info.Approvers = []string{"boss@example.org"}
	}
	return info, err
}

// What somebody may not do is said where it would be done, and not offered.
func TestWhatSomebodyMayNotDoIsSaid(t *testing.T) {
	x := newSite(t, func(c *web.Config) { c.Own.Fleet = looking{c.Own.Fleet, "b"} }, "a", "b")
	b := x.login(t)
	b.open("/?read")
	const looks, asks = "You may look, but start nothing on a", "What you start on b is done only after somebody else has approved it: boss@example.org"
	b.open("/catalogue").see(looks, asks)
	b.open("/hosts/a").see("may look, but start nothing here")
	b.open("/hosts/b").see("may start what somebody else has approved: boss@example.org")
	b.open("/hosts/a/Part?goal=Ready").see(looks)
	for _, offered := range []string{"See what moving", "Deploy on a"} {
		if strings.Contains(b.page, offered) {
			t.Errorf("it offers %q", offered)
		}
	}
	b.open("/hosts/a/Part/move?to=Ready").see(looks)
	if strings.Contains(b.page, "Move it") {
		t.Error("it offers to move it")
	}
	key := regexp.MustCompile(`name="shown"`).FindString(b.page)
	if key != "" {
		t.Error("it can be sent")
	}
	b.open("/catalogue").send("/drafts", "pattern", "//Part//go", "hosts", "a, b")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft+"/plan?look").see(looks, asks)
	if strings.Contains(b.page, "Run it") {
		t.Error("it offers to run it")
	}
	if b.send(draft + "/run"); b.code != 403 {
		t.Errorf("it runs: %d", b.code)
	}
	if len(x.lab.Calls) > 0 {
		t.Errorf("calls %v", x.lab.Calls)
	}
}

// On many hosts, pages have a part of what is asked and planned, and all can be found.
func TestPagesOfManyHostsHaveAPartAtATime(t *testing.T) {
	var hosts []spec.Host
	for i := range 120 {
		hosts = append(hosts, spec.Host(fmt.Sprintf("web%03d", i)))
	}
	x := newSite(t, nil, hosts...)
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "web*")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft).see("the same in all 120 places that ask for size", "questions are not shown")
	if n := strings.Count(b.page, "<fieldset"); n > 8 { // the hosts, and one of each kind
		t.Errorf("%d are shown", n)
	}
	b.open(draft+"?q=web077").see("web077", "Search by host or name")
	n, key := b.field("go/conf/size")
	if !strings.Contains(key, "web077") {
		t.Errorf("the search finds %s", key)
	}
	b.send(draft, "key"+n, key, "value"+n, "77", "was"+n, "3")
	b.open(draft+"/plan?look").see("120 hosts", "web049", "Hosts after these")
	if strings.Contains(b.page, "web050<") {
		t.Error("all are shown")
	}
	b.open(draft+"/plan?from=50").see("web077", "conf.size=77", "Hosts before these", "Hosts after these")
	b.open(draft+"/plan?from=100").see("web119", "Hosts before these")
	if strings.Contains(b.page, "Hosts after these") {
		t.Error("there is something after the last")
	}
}

// A rule of the settings is told of before anything is started, and with the hosts that it is about.
func TestWhoHasToApproveByTheSettingsIsSaid(t *testing.T) {
	_, login := two(t, rollout.Demand{By: []string{"bob", "eve"}, Hosts: []string{"b"}, Why: "production"}, rollout.Demand{By: []string{"eve"}, Irreversible: true})
	ann := login("ann")
	ann.send("/drafts", "pattern", "//Part//go", "hosts", "a, b")
	draft := strings.TrimSuffix(ann.where(), "/plan")
	ann.open(draft + "/plan?look").see("On b nothing is done before bob or eve has approved it (production).")
	if strings.Contains(ann.page, "before eve") {
		t.Error("it is said to need an approval for what can be undone")
	}
	ann.send(draft + "/run")
	at := ann.where()
	until(t, func() bool { return strings.Contains(ann.open(at).page, "It waits for approval by bob or eve") })
}

// What somebody else has deployed is watched, rolled back after a preview, and then is theirs no
// more.
func TestWhatSomebodyElseDeployedIsRolledBack(t *testing.T) {
	x, login := two(t)
	ann, bob := login("ann"), login("bob")
	at := deployed(t, ann, "a")
	until(t, func() bool { return strings.Contains(bob.open(at).page, "by ann") })
	until(t, func() bool { return strings.Contains(bob.open(at).page, "Roll back") })
	if strings.Contains(bob.page, "Resume it here") {
		t.Error("what is done can be resumed")
	}
	bob.open(at+"/rollback").see("leave On", "Nothing has been changed yet")
	bob.send(at+"/rollback", "shown", "other").see("look again")
	bob.open(at + "/rollback")
	bob.send(at+"/rollback", "shown", shown(bob))
	until(t, func() bool { return strings.Contains(bob.open(at).page, "</span> rolled back") })
	if stack := x.fleet.StackOf(t, "a", "Part"); len(stack) > 1 {
		t.Errorf("a is at %v", stack)
	}
	until(t, func() bool { return strings.Contains(ann.open(at).page, "</span> rolled back") })
	ann.see("by bob")
	ann.open("/deployments").see("rolled back")
	if strings.Contains(ann.open(at).page, "Roll back …") {
		t.Error("what is rolled back can be rolled back")
	}
}

var taskInForm = regexp.MustCompile(`name="task" value="([^"]+)"`)

// begun deploys a part on hosts, and waits until its page says something.
func begun(t *testing.T, b *browser, hosts, until string) (at string) {
	t.Helper()
	b.open("/catalogue").send("/drafts", "pattern", "//Part//go", "hosts", hosts)
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	b.send(draft + "/run")
	at = b.where()
	untilPage(t, b, at, until)
	return at
}

func untilPage(t *testing.T, b *browser, at, text string) {
	t.Helper()
	until(t, func() bool { return strings.Contains(b.open(at).page, text) })
}

// What failed is gone on without, or taken as done by hand, for a reason that is kept.
func TestWhatFailedIsSkippedOrDoneByHand(t *testing.T) {
	for do, says := range map[string]string{"skip": "skipped", "done": "</span> done</span>"} {
		t.Run(do, func(t *testing.T) {
			x := newSite(t, nil, "main", "a", "b")
			b := x.login(t)
			x.lab.SetFail("b", true)
			at := begun(t, b, "a, b", "Skip it, or mark it as done")
			task := html.UnescapeString(taskInForm.FindStringSubmatch(b.page)[1])
			b.send(at, "do", do, "task", task, "reason", "it is an old host", "returns", "addr=b:99")
			untilPage(t, b, at, says)
			b.open("/logs?in=" + strings.TrimPrefix(at, "/deployments/")).see("a")
			if do == "done" {
				untilPage(t, b, at, "b:99")
			}
		})
	}
}

// A deployment is stopped and gone on with; and handed over to somebody else, who ends it.
func TestADeploymentIsStoppedAndHandedOver(t *testing.T) {
	x, login := two(t)
	ann, bob := login("ann"), login("bob")
	ends := make(chan struct{})
	x.lab.Mu.Lock()
	x.lab.Gate["a"] = ends
	x.lab.Mu.Unlock()
	at := begun(t, ann, "a", "running")
	until(t, func() bool {
		x.lab.Mu.Lock()
		defer x.lab.Mu.Unlock()
		return len(x.lab.Calls) > 0
	})
	ann.open(at).send(at, "do", "stop")
	untilPage(t, ann, at, "Go on</button>")
	close(ends)
	x.lab.SetFail("a", true)
	ann.send(at, "do", "continue")
	untilPage(t, ann, at, "it was stopped") // what was ended in the middle is done again when somebody says so
	ann.send(at, "do", "retry")
	untilPage(t, ann, at, "part broke")
	ann.send(at, "do", "leave").see("Whoever may can go on with it")
	x.lab.SetFail("a", false)
	untilPage(t, bob, at, "Resume it here")
	bob.send(at, "do", "resume").see("You carry it out now")
	untilPage(t, bob, at, "part broke")
	bob.send(at, "do", "retry")
	untilPage(t, bob, at, "Result")
	untilPage(t, ann, at, "Result")
	ann.see("by bob")
}
