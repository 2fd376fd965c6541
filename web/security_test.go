package web_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/web"
)

// Who has a browser use a session that they know gets nothing: each login makes a new one, and ends
// the one before.
func TestALoginMakesANewSession(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := x.login(t)
	at, err := url.Parse(x.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	before := b.http.Jar.Cookies(at)[0]
	b.open(x.Link()).send("/enter").see("Fleet")
	if after := b.http.Jar.Cookies(at)[0]; after.Value == before.Value {
		t.Error("the session is the same as before the login")
	}
	old := newBrowser(t, x.http.URL)
	old.http.Jar.SetCookies(at, []*http.Cookie{before})
	if old.open("/"); old.where() != "/login" {
		t.Errorf("the session from before leads to %s", old.where())
	}
	forged := newBrowser(t, x.http.URL)
	forged.http.Jar.SetCookies(at, []*http.Cookie{{Name: before.Name, Value: "known"}})
	if forged.open("/"); forged.where() != "/login" {
		t.Errorf("a session that somebody made up leads to %s", forged.where())
	}
}

func TestSessionsOverTLSAreOfThisServer(t *testing.T) {
	x := newSite(t, func(c *web.Config) { c.Secure = true }, "web1")
	b := newBrowser(t, x.http.URL)
	b.open(x.Link())
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.send("/enter")
	c := b.head.Get("Set-Cookie")
	for _, want := range []string{"__Host-armonic=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(c, want) {
			t.Errorf("the cookie %q lacks %s", c, want)
		}
	}
	if b.head.Get("Strict-Transport-Security") == "" {
		t.Error("a browser may come back without TLS")
	}
}

// A link is good for one login also if many use it at the same moment.
func TestALinkIsUsedOnceByMany(t *testing.T) {
	x := newSite(t, nil, "web1")
	link := x.Link()
	var in sync.Map
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			r, err := http.PostForm(x.http.URL+"/enter", url.Values{"token": {strings.TrimPrefix(link, "/enter/")}})
			if err != nil {
				return
			}
			defer func() { _ = r.Body.Close() }()
			if strings.Contains(r.Request.URL.Path, "login") || r.StatusCode == http.StatusOK { // it was let in, but keeps no cookie
				in.Store(i, true)
			}
		})
	}
	wg.Wait()
	n := 0
	in.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d were let in", n)
	}
}

// passwords is a site with accounts, whose passwords are "right".
func passwords(t *testing.T) (x *site, tried func() int) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	x = newSite(t, func(c *web.Config) {
		own := c.Own
		c.Own = nil
		c.Login = func(_ context.Context, account, password string) (*web.Desk, error) {
			mu.Lock()
			n++
			mu.Unlock()
			switch password {
			case "right":
				return &web.Desk{Who: account, Fleet: own.Fleet}, nil
			case "later":
				return nil, spec.Errorf(spec.Unavailable, "the server does not answer")
			}
			return nil, spec.Errorf(spec.Denied, "the server refuses the password of %s", account)
		}
	}, "web1")
	return x, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func login(t *testing.T, x *site, account, password string) int {
	t.Helper()
	b := newBrowser(t, x.http.URL)
	b.open("/login")
	b.send("/login", "account", account, "password", password)
	return b.code
}

// Neither all at once, nor in other writings of a name, nor with an account of one's own in between.
func TestPasswordsCannotBeTriedOutCleverly(t *testing.T) {
	t.Run("at once", func(t *testing.T) {
		x, tried := passwords(t)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				r, err := http.PostForm(x.http.URL+"/login", url.Values{"account": {"anna@example.org"}, "password": {"wrong"}})
				if err == nil {
					_ = r.Body.Close()
				}
			})
		}
		wg.Wait()
		if n := tried(); n > 7 {
			t.Errorf("%d were tried", n)
		}
	})
	t.Run("in other writings", func(t *testing.T) {
		x, tried := passwords(t)
		for _, name := range []string{"anna@example.org", "Anna@example.org", " anna@example.org", "ＡＮＮＡ@example.org", "ａnna@example.org", "aｎna@example.org", "anｎa@example.org", "annａ@example.org"} {
			login(t, x, name, "wrong")
			x.clock.pass(time.Millisecond)
		}
		if n := tried(); n > 6 {
			t.Errorf("%d were tried", n)
		}
	})
	t.Run("with an own account in between", func(t *testing.T) {
		x, tried := passwords(t)
		for i := range 20 {
			login(t, x, fmt.Sprintf("user%d@example.org", i), "wrong")
			login(t, x, "eve@example.org", "right")
		}
		if n := tried(); n > 13 {
			t.Errorf("%d were tried", n)
		}
	})
	t.Run("with heads as proxies write them", func(t *testing.T) {
		x, tried := passwords(t)
		for i := range 20 {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.http.URL+"/login", strings.NewReader(fmt.Sprintf("account=user%d@example.org&password=wrong", i)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for _, head := range []string{"X-Forwarded-For", "X-Real-IP", "Forwarded"} {
				r.Header.Set(head, fmt.Sprintf("for=192.0.2.%d", i))
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
		}
		if n := tried(); n > 6 {
			t.Errorf("%d were tried", n)
		}
	})
	t.Run("but what is not a wrong password does not count", func(t *testing.T) {
		x, _ := passwords(t)
		for range 20 {
			login(t, x, "anna@example.org", "later")
		}
		if code := login(t, x, "anna@example.org", "right"); code != http.StatusOK {
			t.Errorf("%d", code)
		}
	})
}

// Other sites hold no streams of events, and load nothing.
func TestOnlyOwnPagesLoadFromHere(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := x.login(t)
	get := func(path string, head ...string) int {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.http.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		answer, err := b.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	for name, c := range map[string]struct {
		path string
		head []string
		want int
	}{
		"our page":                     {"/fleet/live", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"}, http.StatusOK},
		"our page in an older browser": {"/fleet/live", []string{"Origin", x.http.URL}, http.StatusOK},
		"another site":                 {"/fleet/live", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, http.StatusForbidden},
		"another port":                 {"/fleet/live", []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "no-cors"}, http.StatusForbidden},
		"another origin":               {"/fleet/live", []string{"Origin", "http://127.0.0.1:1"}, http.StatusForbidden},
		"a picture of another site":    {"/static/icon.svg", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, http.StatusForbidden},
		"a link in a mail":             {"/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, http.StatusOK},
	} {
		if got := get(c.path, c.head...); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Who logs out, or is logged out, is not told any more what happens.
func TestStreamsEndWithTheSession(t *testing.T) {
	x := newSite(t, nil, "web1")
	for name, end := range map[string]func(*browser){
		"logging out": func(b *browser) { b.open("/"); b.send("/logout") },
		"time":        func(*browser) { x.clock.pass(13 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			b := x.login(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.http.URL+"/fleet/live", nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := b.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			end(b)
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				t.Errorf("it goes on: %v", err)
			}
		})
	}
}

// A session has so many streams of events, and those that end make room.
func TestStreamsAreBounded(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := x.login(t)
	var ends []context.CancelFunc
	begin := func() int {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		ends = append(ends, cancel)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.http.URL+"/fleet/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.http.Do(r) //nolint:bodyclose // it is open until its context ends
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	defer func() {
		for _, end := range ends {
			end()
		}
	}()
	for i := range 40 {
		if code := begin(); code != http.StatusOK {
			t.Fatalf("stream %d: %d", i, code)
		}
	}
	if code := begin(); code != http.StatusTooManyRequests {
		t.Errorf("one more: %d", code)
	}
	if b.open("/").code != http.StatusOK {
		t.Error("pages are refused, too")
	}
	ends[0]()
	until(t, func() bool { return begin() == http.StatusOK })
}

// Names in addresses are neither files nor heads of answers.
func TestAddressesAreNoFiles(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := x.login(t)
	for _, path := range []string{"/static/", "/static/..%2ftemplates%2fbase.html", "/static/../server.go", "/static/%2e%2e/templates/base.html", "/static//etc/passwd",
		"/deployments/..%2f..%2fetc%2fpasswd", "/deployments/..%2f..%2fetc%2fpasswd/log", "/logs?in=../../etc/passwd", "/drafts/..%2fkey", "/approvals/..%2f..%2fkey"} {
		if b.open(path); b.code == http.StatusOK && !strings.Contains(b.page, "No line") || strings.Contains(b.page, "root:") || strings.Contains(b.page, "{{define") {
			t.Errorf("%s: %d\n%.300s", path, b.code, b.page)
		}
	}
	b.open("/")
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range []string{"/hosts/web1%0d%0aX-Evil:%20yes/Part/move", "/hosts/%2f%2fevil.example/Part/move", "/deployments/%2f%2fevil.example/rollback"} {
		b.send(path)
		if to, err := url.Parse(b.head.Get("Location")); err != nil || to.Host != "" || b.head.Get("X-Evil") != "" {
			t.Errorf("%s leads to %q", path, b.head.Get("Location"))
		}
	}
}

// Who sends a form slowly, or reads slowly, holds nothing up: that has its time.
func TestAFormThatIsTooLongIsRefused(t *testing.T) {
	x := newSite(t, nil, "web1")
	b := x.login(t)
	b.send("/drafts", "pattern", strings.Repeat("x", 2<<20))
	if b.code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", b.code)
	}
}

// deadlines is a connection that notes until when it is read.
type deadlines struct {
	net.Conn
	mu   *sync.Mutex
	read *[]time.Time
}

func (d deadlines) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	*d.read = append(*d.read, t)
	d.mu.Unlock()
	return d.Conn.SetReadDeadline(t)
}

type noting struct {
	net.Listener
	deadlines
}

func (n noting) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	return deadlines{c, n.mu, n.read}, err
}

// A form has its time to arrive: half of one does not hold a connection for ever.
func TestAFormHasItsTime(t *testing.T) {
	x := newSite(t, nil, "web1")
	var mu sync.Mutex
	var read []time.Time
	slow := httptest.NewUnstartedServer(x.Server)
	slow.Listener = noting{slow.Listener, deadlines{mu: &mu, read: &read}}
	slow.Start()
	t.Cleanup(slow.Close)
	c, err := net.Dial("tcp", slow.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	began := time.Now()
	fmt.Fprintf(c, "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nacc")
	until(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		for _, at := range read {
			if at.After(began.Add(10*time.Second)) && at.Before(began.Add(2*time.Minute)) {
				return true
			}
		}
		return false
	})
}

// Nothing that is written to the log of the server lets somebody in.
func TestSecretsAreNotInTheLog(t *testing.T) {
	var log syncBuffer
	x := newSite(t, func(c *web.Config) {
		own := c.Own
		c.Log = log.logger()
		c.Login = func(_ context.Context, account, password string) (*web.Desk, error) {
			if password != "right horse" {
				return nil, spec.Errorf(spec.Denied, "the server refuses the password of %s", account)
			}
			return &web.Desk{Who: account, Fleet: own.Fleet}, nil
		}
	}, "web1")
	login(t, x, "anna@example.org", "wr0ng horse")
	login(t, x, "anna@example.org", "right horse")
	b := newBrowser(t, x.http.URL)
	link := x.Link()
	b.open(link)
	b.send("/enter")
	b.send("/drafts", "pattern", "//Nothing//here")
	b.open("/drafts/nothing")
	token := tokenInForm.FindStringSubmatch(b.page)[1]
	at, err := url.Parse(x.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if !strings.Contains(text, "anna@example.org") {
		t.Errorf("nothing is logged: %q", text)
	}
	for name, secret := range map[string]string{"a wrong password": "wr0ng", "a password": "right", "a link": strings.TrimPrefix(link, "/enter/"), "a token": token, "a cookie": b.http.Jar.Cookies(at)[0].Value} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in the log: %s", name, text)
		}
	}
	if m := regexp.MustCompile(`[A-Za-z0-9_-]{32}`).FindString(text); m != "" {
		t.Errorf("%s is in the log", m)
	}
}
