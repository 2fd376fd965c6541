package web_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/web"
)

// browser is somebody who asks a server without scripts.
type browser struct {
	t    *testing.T
	at   string
	http *http.Client
	page string // that was read last
	code int
	head http.Header
}

func newBrowser(t *testing.T, at string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, at: at, http: &http.Client{Jar: jar}}
}

func (b *browser) take(r *http.Response, err error) *browser {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page, b.code, b.head = string(text), r.StatusCode, r.Header
	if r.Request != nil {
		b.head.Set("X-At", r.Request.URL.Path)
	}
	return b
}

func (b *browser) open(path string) *browser {
	b.t.Helper()
	return b.take(b.http.Get(b.at + path)) //nolint:bodyclose // take closes it
}

var tokenInForm = regexp.MustCompile(`name="token" value="([^"]+)"`)

// send sends a form as the last page has it, with its token.
func (b *browser) send(path string, fields ...string) *browser {
	b.t.Helper()
	form := url.Values{}
	if m := tokenInForm.FindStringSubmatch(b.page); m != nil {
		form.Set("token", m[1])
	}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.take(b.http.PostForm(b.at+path, form)) //nolint:bodyclose // take closes it
}

// where is the page that was led to.
func (b *browser) where() string { return b.head.Get("X-At") }

func (b *browser) see(texts ...string) {
	b.t.Helper()
	page := html.UnescapeString(b.page)
	for _, text := range texts {
		if !strings.Contains(page, text) {
			b.t.Fatalf("%s (%d) does not say %q:\n%s", b.where(), b.code, text, page)
		}
	}
}

// field is the number of a question in the last page, by a part of its key.
func (b *browser) field(key string) (n, value string) {
	b.t.Helper()
	for _, m := range regexp.MustCompile(`name="key(\d+)" value="([^"]+)"`).FindAllStringSubmatch(b.page, -1) {
		if text := html.UnescapeString(m[2]); strings.Contains(text, key) {
			return m[1], text
		}
	}
	b.t.Fatalf("%s asks nothing like %q:\n%s", b.where(), key, b.page)
	return "", ""
}

// answer sends the answer to one question.
func (b *browser) answer(key, value string) *browser {
	b.t.Helper()
	n, text := b.field(key)
	return b.send(b.where(), "key"+n, text, "value"+n, value)
}

// site is a server with the lifecycles of a lab.
type site struct {
	*web.Server
	lab   *fleettest.Lab
	fleet *fleettest.Fleet
	http  *httptest.Server
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += d
}

func newSite(t *testing.T, change func(*web.Config), hosts ...spec.Host) *site {
	t.Helper()
	x := &site{lab: fleettest.NewLab(), clock: &clock{}}
	x.fleet = fleettest.New(t, x.lab.Lifecycles(), hosts...)
	conf := web.Config{Own: &web.Desk{Who: "anna", Fleet: x.fleet}, Now: x.clock.now}
	if change != nil {
		change(&conf)
	}
	x.Server = web.New(conf)
	x.http = httptest.NewServer(x.Server)
	t.Cleanup(func() { x.http.CloseClientConnections(); x.http.Close(); x.Server.Close() })
	return x
}

// login is a browser that has used a link.
func (x *site) login(t *testing.T) *browser {
	t.Helper()
	b := newBrowser(t, x.http.URL)
	b.open(x.Link()).see("good for one login")
	b.send("/enter").see("Fleet", "anna")
	return b
}

func TestALinkIsGoodForOneLogin(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := newBrowser(t, x.http.URL)
	if b.open("/"); b.where() != "/login" {
		t.Errorf("without a login it leads to %s", b.where())
	}
	link := x.Link()
	b.open(link)
	b.open(link) // what only looks does not use it up
	page := b.page
	b.send("/enter").see("Fleet")
	other := newBrowser(t, x.http.URL)
	other.page = page
	if other.send("/enter"); other.code != http.StatusForbidden {
		t.Errorf("the second time: %d", other.code)
	}
	late := newBrowser(t, x.http.URL)
	late.open(x.Link())
	x.clock.pass(11 * time.Minute)
	if late.send("/enter"); late.code != http.StatusForbidden {
		t.Errorf("after eleven minutes: %d", late.code)
	}
	b.open("/").see("Fleet")
	x.clock.pass(3 * time.Hour)
	if b.open("/"); b.where() != "/login" {
		t.Errorf("after three hours: %s", b.where())
	}
	again := x.login(t)
	again.send("/logout").see("logged out")
	if again.open("/"); again.where() != "/login" {
		t.Errorf("after logging out: %s", again.where())
	}
}

// What other sites have a browser send is refused, and so are names that are not ours.
func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	x := newSite(t, func(c *web.Config) { c.Hosts = nil }, "web1")
	b := x.login(t)
	token := tokenInForm.FindStringSubmatch(b.page)[1]
	send := func(origin, fetch, token string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.http.URL+"/drafts", strings.NewReader(url.Values{"token": {token}, "pattern": {"//Part//go"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", fetch)
		b.take(b.http.Do(r)) //nolint:bodyclose // take closes it
		return b.code
	}
	for name, c := range map[string]struct {
		origin, fetch, token string
		want                 int
	}{
		"our own":        {x.http.URL, "same-origin", token, http.StatusOK},
		"another site":   {"https://evil.example", "cross-site", token, http.StatusForbidden},
		"without a word": {"https://evil.example", "", token, http.StatusForbidden},
		"another port":   {"http://127.0.0.1:1", "same-site", token, http.StatusForbidden},
		"no token":       {x.http.URL, "same-origin", "", http.StatusForbidden},
		"another token":  {x.http.URL, "same-origin", token + "x", http.StatusForbidden},
	} {
		if got := send(c.origin, c.fetch, c.token); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	named := newSite(t, func(c *web.Config) { c.Hosts = []string{"deploy.example.org"} }, "web1")
	if r := newBrowser(t, named.http.URL).open("/login"); r.code != http.StatusMisdirectedRequest {
		t.Errorf("under another name: %d", r.code)
	}
}

func TestEveryPageHasItsPolicy(t *testing.T) {
	x := newSite(t, nil, "web1", "web2")
	b := x.login(t)
	for _, path := range []string{"/", "/login", "/catalogue", "/deployments", "/drift", "/drift?look=1", "/history", "/logs", "/hosts/web1", "/hosts/web1/Part", "/hosts/web1/Part?goal=On", "/static/app.js", "/nothing"} {
		b.open(path)
		policy := b.head.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || b.head.Get("X-Content-Type-Options") != "nosniff" || b.head.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, b.head)
		}
		for _, bad := range []string{"<script>", " onclick", " style=", "javascript:"} {
			if strings.Contains(b.page, bad) && !strings.HasPrefix(path, "/static") {
				t.Errorf("%s has %s in it", path, bad)
			}
		}
		if want := path != "/nothing" && path != "/login"; (b.code == http.StatusOK) != want {
			t.Errorf("%s: %d", path, b.code)
		}
	}
}

func TestPasswordsCannotBeTriedOut(t *testing.T) {
	var tries int
	x := newSite(t, func(c *web.Config) {
		own := c.Own
		c.Own = nil
		c.Login = func(_ context.Context, account, password string) (*web.Desk, error) {
			if tries++; password != "right" {
				return nil, spec.Errorf(spec.Denied, "the server refuses the password of %s", account)
			}
			return &web.Desk{Who: account, Fleet: own.Fleet}, nil
		}
	}, "web1")
	b := newBrowser(t, x.http.URL)
	b.open("/login").see("Log in")
	for range 6 {
		if b.send("/login", "account", "anna@example.org", "password", "wrong"); b.code != http.StatusForbidden {
			t.Fatalf("%d", b.code)
		}
		b.see("refuses the password")
	}
	if b.send("/login", "account", "anna@example.org", "password", "right"); b.code != http.StatusTooManyRequests || tries != 6 {
		t.Errorf("the seventh: %d, %d were tried", b.code, tries)
	}
	if strings.Contains(b.page, "right") {
		t.Error("the password is in the page")
	}
	x.clock.pass(time.Hour)
	b.send("/login", "account", "anna@example.org", "password", "right").see("Fleet", "anna@example.org")
	link := newBrowser(t, x.http.URL)
	link.open(x.Link())
	if link.send("/enter"); link.code != http.StatusForbidden {
		t.Errorf("a link where all log in: %d", link.code)
	}
}

// Somebody deploys by what the pages say: something is missing, something is wrong, something
// fails, is tried again, and is taken back.
func TestADeploymentFromThePages(t *testing.T) {
	x := newSite(t, nil, "main", "a", "b")
	b := x.login(t)
	b.open("/catalogue?q=whole").see("//Whole//go")
	b.send("/drafts", "pattern", "//Whole//go", "hosts", "main").see("parts")
	b.answer(`"hosts"`, "a, b").see("//Part//go")
	draft := b.where()
	draft = strings.TrimSuffix(draft, "/plan")
	b.open(draft)
	b.answer("go/conf/size", "many").see("size must be a whole number")
	b.answer("go/conf/size", "4")
	b.open(draft+"/plan?look").see("Run it", "call On.go", "conf.size=4")
	x.lab.SetFail("b", true)
	b.send(draft+"/run", "name", "shop")
	at := b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "part broke") })
	b.see("Part on b", "failed", "Retry", "It needs what failed")
	task := regexp.MustCompile(`name="task" value="([^"]+)"`).FindStringSubmatch(b.page)
	if b.send(at, "do", "skip", "task", html.UnescapeString(task[1])); b.code != http.StatusBadRequest {
		t.Errorf("skipped without a reason: %d", b.code)
	}
	x.lab.SetFail("b", false)
	b.open(at).send(at, "do", "retry", "task", html.UnescapeString(task[1]))
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	b.see("done", "Roll back")
	b.open(at + "/log")
	if b.page == "" || b.head.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("the log: %q", b.page)
	}
	b.open("/deployments").see("shop", "done")
	b.open("/history?q=part").see("On.go", "anna")
	b.open("/?read").see("Part", "Whole")
	b.open(at+"/rollback").see("Roll back shop", "leave On")
	key := regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(b.page)
	b.send(at+"/rollback", "shown", "other").see("look again")
	b.open(at + "/rollback")
	if key2 := regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(b.page); key2[1] == key[1] {
		t.Error("two rollbacks that were shown have one name")
	} else {
		confirm := ""
		if m := regexp.MustCompile(`name="confirm"[^>]* pattern="(\d+)"`).FindStringSubmatch(b.page); m != nil {
			confirm = m[1]
		}
		b.send(at+"/rollback", "shown", key2[1], "confirm", confirm)
	}
	until(t, func() bool { return strings.Contains(b.open(at).page, "</span> rolled back") })
	for _, h := range []spec.Host{"a", "b"} {
		if stack := x.fleet.StackOf(t, h, "Part"); len(stack) > 1 {
			t.Errorf("%s is at %v", h, stack)
		}
	}
}

func TestReadOnly(t *testing.T) {
	x := newSite(t, func(c *web.Config) { c.ReadOnly = true }, "main", "a")
	b := x.login(t)
	b.see("for looking only")
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	if strings.Contains(b.page, "Run it") {
		t.Error("it offers to run")
	}
	if b.send(draft + "/run"); b.code != http.StatusForbidden {
		t.Errorf("run: %d", b.code)
	}
	if b.open("/").send("/drift", "host", "a", "sure", "1"); b.code != http.StatusForbidden {
		t.Errorf("repair: %d", b.code)
	}
	if len(x.lab.Calls) > 0 {
		t.Errorf("calls %v", x.lab.Calls)
	}
}

// Secrets are in no page and no address.
func TestSecretsAreInNoPage(t *testing.T) {
	x := newSite(t, nil, "main", "a")
	b := x.login(t)
	const secret = "h0rse-battery"
	no := func() {
		t.Helper()
		if strings.Contains(b.page+b.where(), secret) {
			t.Errorf("%s has the secret", b.where())
		}
	}
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	b.answer("go/conf/pass", secret)
	no()
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft)
	no()
	b.open(draft + "/answers")
	no()
	b.open(draft + "/plan?look")
	no()
	b.send(draft + "/run")
	at := b.where()
	until(t, func() bool {
		return strings.Contains(b.open(at).page, "✓ done") || strings.Contains(b.page, "done") && strings.Contains(b.page, "Roll back")
	})
	no()
	for _, path := range []string{at + "/log", "/history", "/logs", "/hosts/a", "/hosts/a/Part"} {
		b.open(path)
		no()
	}
}

// two is a site that each logs in to with an account, and deployments are kept.
func two(t *testing.T, demands ...rollout.Demand) (x *site, login func(name string) *browser) {
	t.Helper()
	dir := t.TempDir()
	x = newSite(t, func(c *web.Config) {
		own := c.Own
		c.Own = nil
		c.Approvers = func(list []string) ([]string, error) { return list, nil }
		c.Login = func(_ context.Context, account, _ string) (*web.Desk, error) {
			at := filepath.Join(dir, account)
			return &web.Desk{Who: account, Fleet: own.Fleet, Logs: rollout.NewStore(filepath.Join(at, "deployments"), seal.KeyFile{Path: filepath.Join(at, "key")}), Demands: demands}, nil
		}
	}, "main", "a", "b")
	login = func(name string) *browser {
		b := newBrowser(t, x.http.URL)
		b.open("/login")
		return b.send("/login", "account", name, "password", "x")
	}
	return x, login
}

// Two people, each with an account of their own: one asks, the other approves what is shown, and
// nothing is done before.
func TestADeploymentWaitsForApproval(t *testing.T) {
	x, login := two(t)
	ann, bob := login("ann"), login("bob")
	ann.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	draft := strings.TrimSuffix(ann.where(), "/plan")
	ann.open(draft + "/plan?look").see("has approved it")
	ann.send(draft+"/run", "name", "shop", "approve", "bob")
	at := ann.where()
	until(t, func() bool { return strings.Contains(ann.open(at).page, "It waits for approval by bob") })
	ann.see("waits for approval")
	id := strings.TrimPrefix(at, "/deployments/")
	// Agents are told by and by.
	until(t, func() bool { return strings.Contains(bob.open("/deployments").page, "waits for approval by bob") })
	until(t, func() bool { return strings.Contains(bob.open("/approvals").page, "asked for by ann") })
	until(t, func() bool { return strings.Contains(bob.open("/approvals/"+id).page, "Approve it") })
	bob.see("call On.go")
	key := regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(bob.page)[1]
	bob.send("/approvals/"+id, "shown", "x", "do", "approve").see("look again")
	bob.send("/approvals/"+id, "shown", key, "do", "approve").see("look again") // another was shown since
	key = regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(bob.page)[1]
	if x.lab.Mu.Lock(); len(x.lab.Calls) > 0 {
		t.Errorf("called before it was approved: %v", x.lab.Calls)
	}
	x.lab.Mu.Unlock()
	bob.send("/approvals/"+id, "shown", key, "do", "approve").see("You have approved shop")
	until(t, func() bool { return strings.Contains(ann.open(at).page, "Result") })
	ann.see("Approved by bob")

	ann.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	draft = strings.TrimSuffix(ann.where(), "/plan")
	ann.open(draft + "/plan?look")
	ann.send(draft+"/run", "name", "again", "approve", "bob")
	at = ann.where()
	until(t, func() bool { return strings.Contains(ann.open(at).page, "It waits for approval by bob") })
	id = strings.TrimPrefix(at, "/deployments/")
	until(t, func() bool { return strings.Contains(bob.open("/approvals/"+id).page, "Approve it") })
	key = regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(bob.page)[1]
	bob.send("/approvals/"+id, "shown", key, "do", "refuse").see("Say why")
	key = regexp.MustCompile(`name="shown" value="([^"]+)"`).FindStringSubmatch(bob.page)[1]
	bob.send("/approvals/"+id, "shown", key, "do", "refuse", "reason", "not on a Friday").see("You have refused again")
	until(t, func() bool { return strings.Contains(ann.open(at).page, "bob has refused it: not on a Friday") })
}

// What a host says is text, whatever it looks like.
func TestWhatHostsSayIsText(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	x := newSite(t, nil, "main", "a")
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	b.answer("go/conf/note", evil)
	draft := strings.TrimSuffix(b.where(), "/plan")
	pages := []string{draft, draft + "/plan?look"}
	check := func(path string) {
		t.Helper()
		if b.open(path); strings.Contains(b.page, "<script>") || strings.Contains(b.page, "<img") {
			t.Errorf("%s has it as it is", path)
		}
	}
	for _, path := range pages {
		check(path)
	}
	b.see("<img src=x onerror=alert(2)>")
	b.send(draft+"/run", "name", "evil")
	at := b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Result") })
	for _, path := range []string{at, "/history", "/logs?q=" + url.QueryEscape(evil), "/catalogue?q=" + url.QueryEscape(evil), "/hosts/a/Part", "/hosts/a", "/hosts/" + url.PathEscape(evil), "/hosts/a/Part?goal=" + url.QueryEscape(evil)} {
		check(path)
	}
}

// A page that was cut off gets the lines of the log that came meanwhile, each once.
func TestALogIsGoneOnWithAfterACut(t *testing.T) {
	x := newSite(t, nil, "main", "a")
	b := x.login(t)
	b.send("/drafts", "pattern", "//Part//go", "hosts", "a")
	draft := strings.TrimSuffix(b.where(), "/plan")
	b.open(draft + "/plan?look")
	x.lab.SetFail("a", true)
	b.send(draft + "/run")
	at := b.where()
	until(t, func() bool { return strings.Contains(b.open(at).page, "Retry") })
	read := func(last string) (lines []string, id string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.http.URL+at+"/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Last-Event-ID", last)
		answer, err := b.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body) // it ends with the time
		for _, m := range regexp.MustCompile(`event: lines\nid: (\d+)\ndata: (.*)`).FindAllStringSubmatch(string(text), -1) {
			id = m[1]
			lines = append(lines, regexp.MustCompile(`\\u003c/i\\u003e ([^\\]*)`).FindAllString(m[2], -1)...)
		}
		return lines, id
	}
	first, last := read("")
	if len(first) == 0 || last == "" {
		t.Fatalf("lines %q, last %q", first, last)
	}
	if again, _ := read(last); len(again) > 0 {
		t.Errorf("after line %s come %q again", last, again)
	}
	m := regexp.MustCompile(`name="task" value="([^"]+)"`).FindStringSubmatch(b.open(at).page)
	b.send(at, "do", "retry", "task", html.UnescapeString(m[1]))
	until(t, func() bool { return strings.Contains(b.open(at).page, "Retry") })
	if more, next := read(last); len(more) == 0 || next <= last && len(next) <= len(last) {
		t.Errorf("after line %s come %q, the last is %s", last, more, next)
	}
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}
