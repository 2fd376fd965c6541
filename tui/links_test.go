package tui_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// liveFleet is a fleet behind one connection, whose hosts come and go.
type liveFleet struct {
	*fakeFleet
	mu      sync.Mutex
	hosts   []spec.HostStatus // nil: those of the fake fleet
	conn    spec.Connection
	retried int
	asked   int
}

func (f *liveFleet) Hosts() []spec.HostStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hosts != nil {
		return slices.Clone(f.hosts)
	}
	return f.fakeFleet.Hosts()
}

func (f *liveFleet) Agent(h spec.Host) (spec.Agent, error) {
	f.mu.Lock()
	f.asked++
	conn := f.conn
	f.mu.Unlock()
	if !conn.Up {
		return nil, spec.Errorf(spec.Unavailable, "this client is not connected to the server")
	}
	return f.fakeFleet.Agent(h)
}

func (f *liveFleet) Connection() spec.Connection {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.conn
}

func (f *liveFleet) RetryNow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retried++
}

func (f *liveFleet) set(c spec.Connection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conn = c
}

func (f *liveFleet) have(hosts ...spec.HostStatus) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts = append([]spec.HostStatus{}, hosts...)
}

const server = "armonic.example.com"

func up() spec.Connection { return spec.Connection{Up: true, Server: server, Since: time.Now()} }

func down() spec.Connection {
	now := time.Now()
	return spec.Connection{Server: server, Why: "connection refused", Hint: "is the server running?", Since: now.Add(-12 * time.Second), Next: now.Add(4 * time.Second), Tries: 4}
}

func on(h spec.Host) spec.HostStatus { return spec.HostStatus{Host: h, Link: spec.LinkOn} }

// live drives the UI over such a fleet.
func live(t testing.TB, w, h int, change ...func(*tui.Config)) (*driver, *liveFleet) {
	t.Helper()
	f := &liveFleet{fakeFleet: demo(t), conn: up()}
	return drive(t, f.fakeFleet, w, h, append(change, func(c *tui.Config) { c.Fleet = f })...), f
}

func TestALostConnectionIsShownOnEveryScreenUntilItIsBack(t *testing.T) {
	for _, tt := range []struct {
		w, h int
		text string
	}{
		{120, 36, "! no connection to armonic.example.com for 12 s: connection refused, next try in 4 s (5th), ctrl+r tries now"},
		{80, 24, "! no connection to armonic.example.com for 12 s: connection r…, next try in 4 s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			d, f := live(t, tt.w, tt.h)
			d.settle()
			d.notSee("connection")
			f.set(down())
			d.wait(600 * time.Millisecond)
			d.see(tt.text, "hint: is the server running?", "ctrl+r connect now")
			d.notSee("cannot be reached", " on ") // one reason for all hosts is enough
			d.see("5 hosts")
			for _, screen := range []string{"1", "2", "3", "4", "5"} {
				d.keys(screen)
				d.see("! no connection to armonic.example.com for 12 s: connection")
			}
			d.wait(time.Second)
			d.see("for 13 s", "next try in 3 s")
			d.wait(4 * time.Second)
			d.see("for 17 s", "next try in 0 s")
			tried := down()
			tried.Tries, tried.Next = 5, time.Time{}
			f.set(tried)
			d.wait(time.Second)
			d.see(", trying")

			d.keys("1 ctrl+r")
			if f.retried != 1 {
				t.Errorf("ctrl+r tried %d times", f.retried)
			}
			d.keys("2 abc ctrl+r") // while typing too
			if f.retried != 2 {
				t.Errorf("ctrl+r tried %d times", f.retried)
			}
			d.keys("ctrl+u 1")
			before := f.asked
			f.set(up())
			d.wait(time.Second)
			d.notSee("no connection", "ctrl+r")
			d.see("5 hosts")
			if f.asked < before+10 {
				t.Errorf("the hosts were asked %d times", f.asked-before)
			}
			d.keys("ctrl+r")
			if f.retried != 2 {
				t.Error("it tries while there is a connection")
			}
		})
	}
}

func TestSecondsAreCountedOnlyWhileTheyAreShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 120, 36)
		d.wait(time.Second)
		n := d.count
		d.wait(time.Minute)
		if d.count != n {
			t.Errorf("%d messages in an idle minute", d.count-n)
		}
		f.set(down())
		d.wait(time.Minute)
		if got := d.count - n; got < 59 || got > 62 {
			t.Errorf("%d messages in a minute without connection", got)
		}
		f.set(up())
		d.wait(2 * time.Second)
		n = d.count
		d.wait(time.Minute)
		if d.count != n {
			t.Errorf("%d messages in the idle minute after it", d.count-n)
		}
	})
}

func TestBeforeTheFirstConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 80, 24, func(c *tui.Config) {})
		f.have()
		f.set(spec.Connection{Server: server, Since: time.Now()})
		d.wait(3 * time.Second)
		d.see("connecting to armonic.example.com for 2 s", "not known yet which hosts there are")
		f.set(up())
		d.wait(time.Second)
		d.see("No agent is in this fleet yet", "armonic agentd --jid NAME@armonic.example.com --master YOU", "appear here by themselves")
		d.keys("2 zz esc esc 3 4 5 1")
		f.have(on("web1"))
		d.wait(time.Second)
		d.see("web1", "nothing applied", "1 host ")
		d.keys("2")
		d.see("WebSite.start")
	})
}

func TestHostsComeAndGoWhileTheScreenIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 120, 36)
		f.have(on("db1"), on("web1"))
		d.wait(time.Second)
		d.see("2 hosts")
		d.notSee("web2")
		f.have(on("db1"), on("web1"), on("web2"))
		d.wait(time.Second)
		d.see("web2", "3 hosts")
		d.keys("end enter")
		d.see("─ web2 ", "debian 13", "OFFERS HERE", "WebSite.start")
		d.keys("esc")
		gone := time.Now()
		f.have(on("db1"), spec.HostStatus{Host: "web1", Link: spec.LinkLost, Since: gone, Busy: "r-17", Version: "1.2", OS: spec.OS{Name: "debian", Release: "12"}},
			spec.HostStatus{Host: "web2", Link: spec.LinkOff, Why: "offline", Since: gone.Add(-48 * time.Hour)})
		d.wait(time.Second)
		d.see("no answer since 00:00, a call is open", "offline since 30 Dec 00:00", "2 of 3 hosts cannot be reached: web1 LOST (no answer since 00:00")
		d.keys("up")
		d.see("debian 12   agent 1.2", "What became of its run is known when it is back")
		f.have(on("db1"))
		d.wait(time.Second)
		d.notSee("web1", "web2", "cannot be reached")
		d.see("1 host ")
	})
}

// What others have done on a host, and modules that others handed over to it, are seen without a key.
func TestWhatOthersDoIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 120, 36)
		f.have(on("db1"))
		d.wait(time.Second)
		d.keys("enter")
		d.see("db1   empty", "WebServer.start")
		busy, other := on("db1"), on("db1")
		busy.Busy, other.Modules = "r-17", "0123456789ab"
		f.have(busy)
		d.wait(time.Second)
		if err := f.agents["db1"].Start(t.Context(), spec.Run{ID: "r-17", Work: spec.Work{Lifecycle: "WebServer", From: []string{"NotInstalled"},
			Steps: []spec.Step{{Action: spec.Enter, State: "Installed"}}}}); err != nil {
			t.Fatal(err)
		}
		d.wait(3 * time.Second)
		d.see("db1   run    nothing applied") // nobody said more yet
		f.have(on("db1"))
		d.wait(time.Second)
		d.see("db1   ok", "WebServer Installed")

		bare, err := agentd.New(agentd.Config{Info: spec.Info{Host: "db1"}, Lifecycles: []*lifecycle.Lifecycle{f.flaky()}, Store: lifecycle.NewMemory()})
		if err != nil {
			t.Fatal(err)
		}
		f.agents["db1"].Close()
		f.fakeFleet.mu.Lock()
		f.agents["db1"] = bare
		f.fakeFleet.mu.Unlock()
		d.wait(time.Second)
		d.see("WebServer.start") // nobody said so
		f.have(other)
		d.wait(time.Second)
		d.notSee("WebServer.start")
		d.see("Flaky")
	})
}

// Whom a person should look at is marked, until he has.
func TestHostsThatNobodyApprovedOrThatLookLikeOthersAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 120, 36)
		unapproved, like := on("web1"), on("web2")
		unapproved.Account, unapproved.Unapproved = "web1@example.com", true
		like.Account, like.Like = "web2@other.example", "web3"
		f.have(on("db1"), unapproved, like)
		d.wait(time.Second)
		d.keys("1")
		d.see("not approved: armonic approve", "is not web3, which it looks like")
		d.keys("end")
		d.see("web2@other.example is not web3, which it looks like")
		f.have(on("db1"), on("web1"), on("web2"))
		d.wait(time.Second)
		d.notSee("approve", "looks like")
	})
}

// One host that does not answer keeps nobody from seeing the others.
func TestAHostThatIsAwayDuringARun(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}} {
		synctest.Test(t, func(t *testing.T) {
			d, f := live(t, size[0], size[1])
			d.settle()
			d.keys("2 website enter home down down enter p R y") // on web1
			d.wait(300 * time.Millisecond)
			d.see("RUN")
			all := []spec.HostStatus{on("db1"), on("lb1"), {Host: "web1", Link: spec.LinkLost, Why: "offline", Since: time.Now(), Busy: "x"}, on("web2"), on("web3")}
			f.have(all...)
			d.wait(700 * time.Millisecond)
			d.see("~", "web1: lost since 00:00. Its agent goes on by itself,")
			if size[0] == 120 {
				d.see("web1", "lost since 00:00, its")
			}
			all[2] = on("web1")
			f.have(all...)
			d.wait(700 * time.Millisecond)
			d.notSee("lost since", "goes on by itself")
			f.set(down())
			d.wait(700 * time.Millisecond)
			d.see("web1: no connection since ")
			f.set(up())
			d.until("DONE")
		})
	}
}

// links walks through what a broken link shows.
func walkLinks(d *driver, f *liveFleet, visit func(name string)) {
	d.settle()
	f.have()
	d.wait(time.Second)
	visit("fleet-empty")
	f.have(on("db1"), on("web1"), spec.HostStatus{Host: "web2", Link: spec.LinkOff, Why: "offline", Since: time.Now().Add(-90 * time.Minute), Version: "1.2", OS: spec.OS{Name: "debian", Release: "12"}},
		spec.HostStatus{Host: "web3", Link: spec.LinkLost, Why: "offline", Since: time.Now(), Busy: "20000101-000000-abcdef/.#0"})
	d.wait(time.Second)
	d.keys("end")
	visit("fleet-away")
	f.set(down())
	d.wait(600 * time.Millisecond)
	visit("fleet-no-connection")
	d.keys("2 pro")
	visit("catalogue-no-connection")
	f.set(up())
	d.wait(time.Second)
	d.keys("ctrl+u website enter home down enter p R y")
	d.wait(300 * time.Millisecond)
	f.have(on("db1"), spec.HostStatus{Host: "web1", Link: spec.LinkLost, Why: "offline", Since: time.Now(), Busy: "x"})
	d.wait(600 * time.Millisecond)
	visit("run-away")
	f.set(down())
	d.wait(600 * time.Millisecond)
	visit("run-no-connection")
}

// Two agents may claim the same name; moments may be told in another zone each time.
func TestAFleetThatIsStrangeIsNotReadForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, f := live(t, 120, 36)
		f.have(on("db1"), on("db1"), spec.HostStatus{Host: "web1", Link: spec.LinkOff, Since: time.Now()})
		d.wait(2 * time.Second)
		n, asked := d.count, f.asked
		zone := time.FixedZone("there", 3600)
		f.have(on("db1"), on("db1"), spec.HostStatus{Host: "web1", Link: spec.LinkOff, Since: time.Now().Add(-2 * time.Second).In(zone)})
		d.wait(time.Minute)
		if d.count > n+2 || f.asked > asked+6 {
			t.Errorf("%d messages, %d questions in a minute", d.count-n, f.asked-asked)
		}
	})
}
