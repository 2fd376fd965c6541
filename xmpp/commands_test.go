//nolint:thelper // the functions given to inConsole are tests themselves
package xmpp_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	nsCommands = "http://jabber.org/protocol/commands"
	nsInfo     = "http://jabber.org/protocol/disco#info"
	nsItems    = "http://jabber.org/protocol/disco#items"
	sayCommand = "call /Talk/Off/say"
	hostJID    = session.JID("web1@test/agent")
)

// console is an agent in memory, and general clients of a master, an observer and a
// stranger.
type console struct {
	service                *agentd.Service
	boss, eyes, eve, other raw
}

// inConsole runs a test in a bubble with a console.
func inConsole(t *testing.T, test func(t *testing.T, c *console)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := newRouter()
		c := &console{service: pacedTalker(t, "web1", time.Second)}
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: c.service, Open: server.open(hostJID), Rooms: "logs.test",
			Masters: access.Masters{"boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer func() {
			r.Close()
			c.service.Close()
		}()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for jid, to := range map[session.JID]*raw{"boss@test/x": &c.boss, "boss@test/y": &c.other, "eyes@test/x": &c.eyes, "eve@test/x": &c.eve} {
			s, err := server.open(jid)(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			*to = raw{s, nil}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = s.Serve(func(*session.Element) {})
			}()
			t.Cleanup(func() { s.Close(); <-done })
		}
		test(t, c)
	})
}

// command sends one, with values of a form in pairs of name and value.
func command(node, id, action string, filled ...string) *session.Element {
	e := session.New(nsCommands, "command", "node", node, "sessionid", id, "action", action)
	if filled == nil {
		return e
	}
	x := form.Form{Type: form.Submit}
	for i := 0; i < len(filled); i += 2 {
		x.Fields = append(x.Fields, form.Field{Name: filled[i], Values: []string{filled[i+1]}})
	}
	return e.Add(x.Element())
}

// do sends a command that is answered with one.
func (r raw) do(t *testing.T, e *session.Element) *session.Element {
	t.Helper()
	answer, err := r.Call(t.Context(), "set", hostJID, e)
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return answer.Kid(nsCommands, "command")
}

func fieldOf(c *session.Element, name string) []string {
	var out []string
	for _, f := range c.Kid(form.Namespace, "x").Kids {
		if f.Attr("var") == name {
			for _, v := range f.Kids {
				if v.Local == "value" {
					out = append(out, v.Text)
				}
			}
		}
	}
	return out
}

func noteOf(c *session.Element) string {
	n := c.Kid(nsCommands, "note")
	if n == nil {
		return ""
	}
	return n.Attr("type") + ": " + n.Text
}

func TestCommand(t *testing.T) {
	const text, times, password = "Off/say/what/text", "Off/say/what/times", "Off/say/what/password"
	t.Run("from the form to the result", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			first := c.boss.do(t, command(sayCommand, "", "execute"))
			id := first.Attr("sessionid")
			if first.Attr("status") != "executing" || id == "" || fieldOf(first, text)[0] != "hello" || first.Kid(nsCommands, "actions").Kid(nsCommands, "complete") == nil {
				t.Fatalf("it begins with %s", first)
			}
			again := c.boss.do(t, command(sayCommand, id, "complete", text, "a\nb", times, "many", password, "a new secret"))
			if again.Attr("status") != "executing" || again.Attr("sessionid") != id || noteOf(again) != `error: `+times+`: times must be a whole number, is "many"` ||
				fieldOf(again, times)[0] != "many" || strings.Contains(again.String(), "a new secret") {
				t.Fatalf("what is wrong is answered with %s", again)
			}
			var answers [3]*session.Element
			var wg sync.WaitGroup
			for i := range answers { // submitted thrice, the action being the default one
				wg.Go(func() { answers[i] = c.boss.do(t, command(sayCommand, id, "", text, "hi", times, "2", password, "")) })
			}
			wg.Wait()
			for _, done := range answers {
				if done.Attr("status") != "completed" || done.Attr("sessionid") != id || noteOf(done) != "info: Talk Off.say: Say something is done" ||
					fieldOf(done, "state")[0] != "done" || fieldOf(done, "stack")[0] != "Off" || fieldOf(done, "returns/url")[0] != "http://web1" ||
					fieldOf(done, "returns/key")[0] != "•••" || fieldOf(done, "run")[0] != "command-"+id {
					t.Errorf("it ends with %s", done)
				}
				if log := strings.Join(fieldOf(done, "log"), "|"); log != "hi 0|hi 1|the password is •••" {
					t.Errorf("the log is %q", log)
				}
				if strings.Contains(done.String(), bounty) || strings.Contains(done.String(), "a new secret") {
					t.Errorf("a secret is told: %s", done)
				}
			}
			stacks, err := c.service.Stacks(t.Context())
			if err != nil || len(stacks[0].Calls) != 1 || stacks[0].Calls[0].Who != "boss@test" {
				t.Errorf("the provide was called so: %+v", stacks[0].Calls)
			}
		})
	})
	t.Run("with a field that nobody asked for, then without", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
			wrong := c.boss.do(t, command(sayCommand, id, "complete", "txet", "hi", times, "3"))
			if wrong.Attr("status") != "executing" || noteOf(wrong) != "error: txet: nothing that is asked is called so" {
				t.Errorf("it is %s", wrong)
			}
			done := c.boss.do(t, command(sayCommand, id, "complete", text, "hi", password, "a new secret"))
			if log := strings.Join(fieldOf(done, "log"), "|"); done.Attr("status") != "completed" || log != "hi 0|the password is •••" {
				t.Errorf("then it is %s", done)
			}
		})
	})
	t.Run("that fails", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
			done := c.boss.do(t, command(sayCommand, id, "next", text, "fail"))
			if done.Attr("status") != "completed" || fieldOf(done, "state")[0] != "failed" || !strings.HasPrefix(noteOf(done), "error: Talk Off.say: Say something has failed: ") {
				t.Errorf("it ends with %s", done)
			}
		})
	})
	t.Run("that takes long, and is stopped", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
			began := time.Now()
			long := c.boss.do(t, command(sayCommand, id, "complete", times, "1000"))
			if took := time.Since(began); long.Attr("status") != "completed" || fieldOf(long, "state")[0] != "running" || took > 25*time.Second || len(fieldOf(long, "log")) == 0 {
				t.Errorf("after %s it is %s", took, long)
			}
			stopped := c.boss.do(t, command(sayCommand, id, "cancel"))
			if stopped.Attr("status") != "canceled" || stopped.Attr("sessionid") != id {
				t.Errorf("it is stopped: %s", stopped)
			}
			var last spec.Event
			if err := c.service.Follow(t.Context(), spec.RunID("command-"+id), 0, func(ev spec.Event) error { last = ev; return nil }); err != nil || last.Err == nil || last.Err.Kind != spec.Canceled {
				t.Errorf("the run ended with %+v, error %v", last, err)
			}
		})
	})
	t.Run("that is cancelled", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
			if e := c.boss.do(t, command(sayCommand, id, "cancel")); e.Attr("status") != "canceled" {
				t.Errorf("it is %s", e)
			}
			if _, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, id, "complete")); condition(err) != "bad-request" {
				t.Errorf("then it goes on: %v", err)
			}
		})
	})
	t.Run("without a form", func(t *testing.T) {
		inConsole(t, func(t *testing.T, c *console) {
			for _, who := range []raw{c.boss, c.eyes} {
				if e := who.do(t, command("info", "", "execute")); e.Attr("status") != "completed" || fieldOf(e, "os")[0] != "debian 12" || e.Attr("sessionid") == "" {
					t.Errorf("info is %s", e)
				}
				if e := who.do(t, command("stacks", "", "execute")); e.Attr("status") != "completed" || !strings.Contains(e.String(), "<value>Talk</value>") {
					t.Errorf("stacks is %s", e)
				}
			}
		})
	})
}

// What is no step of a command is refused, and so is whoever may not use it.
func TestWrongCommands(t *testing.T) {
	inConsole(t, func(t *testing.T, c *console) {
		id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
		for name, tt := range map[string]struct {
			from raw
			typ  string
			what *session.Element
			want string
		}{
			"a stranger begins":           {c.eve, "set", command(sayCommand, "", ""), "forbidden"},
			"a stranger goes on":          {c.eve, "set", command(sayCommand, id, "complete"), "forbidden"},
			"a stranger asks who it is":   {c.eve, "get", session.New(nsInfo, "query"), "forbidden"},
			"a stranger lists commands":   {c.eve, "get", session.New(nsItems, "query", "node", nsCommands), "forbidden"},
			"a stranger asks the time":    {c.eve, "get", session.New("urn:xmpp:time", "time"), "forbidden"},
			"a stranger looks":            {c.eve, "set", command("info", "", ""), "forbidden"},
			"an observer begins":          {c.eyes, "set", command(sayCommand, "", ""), "forbidden"},
			"an observer goes on":         {c.eyes, "set", command(sayCommand, id, "complete"), "forbidden"},
			"an observer cancels":         {c.eyes, "set", command(sayCommand, id, "cancel"), "forbidden"},
			"another client goes on":      {c.other, "set", command(sayCommand, id, "complete"), "bad-request"},
			"another session":             {c.boss, "set", command(sayCommand, id+"x", "complete"), "bad-request"},
			"another node":                {c.boss, "set", command("call /Talk/Off/x", id, "complete"), "bad-request"},
			"back":                        {c.boss, "set", command(sayCommand, id, "prev"), "bad-request"},
			"an action that is none":      {c.boss, "set", command(sayCommand, id, "explode"), "bad-request"},
			"a form not filled in":        {c.boss, "set", command(sayCommand, id, "complete").Add(session.New(form.Namespace, "x", "type", "result")), "bad-request"},
			"a session of info":           {c.boss, "set", command("info", id, ""), "bad-request"},
			"a cancel of nothing":         {c.boss, "set", command("info", "", "cancel"), "bad-request"},
			"no node":                     {c.boss, "set", command("", "", ""), "item-not-found"},
			"no such command":             {c.boss, "set", command("reboot", "", ""), "item-not-found"},
			"no such provide":             {c.boss, "set", command("call /Talk/Off/shout", "", ""), "item-not-found"},
			"the enter of a state":        {c.boss, "set", command("call /Talk/Off/enter", "", ""), "item-not-found"},
			"a pattern":                   {c.boss, "set", command("call //Talk//say", "", ""), "item-not-found"},
			"a get":                       {c.boss, "get", command("info", "", ""), "bad-request"},
			"a set":                       {c.boss, "set", session.New(nsInfo, "query"), "bad-request"},
			"no command":                  {c.boss, "set", session.New(nsCommands, "order", "node", "info"), "bad-request"},
			"what is nowhere":             {c.boss, "get", session.New(nsInfo, "query", "node", "nowhere"), "item-not-found"},
			"items of what is nowhere":    {c.boss, "get", session.New(nsItems, "query", "node", "nowhere"), "item-not-found"},
			"an observer looks at a call": {c.eyes, "get", session.New(nsInfo, "query", "node", sayCommand), "item-not-found"},
		} {
			if _, err := tt.from.Call(t.Context(), tt.typ, hostJID, tt.what); condition(err) != tt.want {
				t.Errorf("%s: it is told %v, want %s", name, err, tt.want)
			}
		}
		_, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, "x", "complete"))
		if e, _ := session.AsStanzaError(err); e == nil || e.Payload == nil || e.Payload.Local != "bad-sessionid" {
			t.Errorf("a wrong session is refused with %+v", e)
		}
		time.Sleep(time.Hour) // it is forgotten
		if _, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, id, "complete")); condition(err) != "bad-request" {
			t.Errorf("after an hour it goes on: %v", err)
		}
		stacks, err := c.service.Stacks(t.Context())
		if err != nil || len(stacks[0].Calls) > 0 {
			t.Errorf("something was called: %+v, error %v", stacks, err)
		}
	})
}

func TestDiscovery(t *testing.T) {
	inConsole(t, func(t *testing.T, c *console) {
		ask := func(who raw, space, local, node string) string {
			t.Helper()
			answer, err := who.Call(t.Context(), "get", hostJID, session.New(space, local, "node", node))
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			if len(answer.Kids) != 1 || answer.Kids[0].Attr("node") != node {
				t.Errorf("node %s of %s is %s", node, space, answer)
			}
			for _, k := range answer.Kids[0].Kids {
				line := k.Local
				for _, a := range k.Attrs {
					line += " " + a.Value
				}
				out = append(out, line+k.Text)
			}
			return strings.Join(out, "\n")
		}
		for _, tt := range []struct {
			who                     raw
			space, local, node, got string
		}{
			{c.eyes, nsInfo, "query", "", `identity automation service Armonic agent
feature http://jabber.org/protocol/disco#info
feature http://jabber.org/protocol/disco#items
feature http://jabber.org/protocol/commands
feature jabber:x:data
feature urn:xmpp:time
feature jabber:iq:version
feature urn:xmpp:ping
feature urn:armonic:agent:1
feature http://jabber.org/protocol/muc`},
			{c.eyes, nsItems, "query", "", "item web1@test/agent " + nsCommands + " Commands"},
			{c.eyes, nsItems, "query", nsCommands, "item web1@test/agent info What this host is\nitem web1@test/agent stacks What is applied"},
			{c.boss, nsItems, "query", nsCommands, "item web1@test/agent info What this host is\nitem web1@test/agent stacks What is applied\nitem web1@test/agent " + sayCommand + " Talk Off.say: Say something"},
			{c.boss, nsInfo, "query", nsCommands, "identity automation command-list Commands\nfeature " + nsInfo + "\nfeature " + nsItems + "\nfeature " + nsCommands + "\nfeature jabber:x:data"},
			{c.boss, nsInfo, "query", sayCommand, "identity automation command-node Talk Off.say: Say something\nfeature " + nsCommands + "\nfeature jabber:x:data"},
			{c.boss, nsItems, "query", sayCommand, ""},
			{c.boss, "jabber:iq:version", "query", "", "nameArmonic\nversion0.4\nosdebian 12"},
			{c.boss, "urn:xmpp:time", "time", "", "tzo" + time.Now().Format("-07:00") + "\nutc" + time.Now().UTC().Format("2006-01-02T15:04:05Z")},
		} {
			if got := ask(tt.who, tt.space, tt.local, tt.node); got != tt.got {
				t.Errorf("node %q of %s is\n%s\nwant\n%s", tt.node, tt.space, got, tt.got)
			}
		}
	})
}

// A master that begins commands without end costs the agent no more than some.
func TestManyCommands(t *testing.T) {
	inConsole(t, func(t *testing.T, c *console) {
		first := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
		told := map[string]int{}
		for range 10_000 / 500 {
			var wg sync.WaitGroup
			var mu sync.Mutex
			for range 500 {
				wg.Go(func() {
					_, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, "", "execute"))
					mu.Lock()
					defer mu.Unlock()
					told[condition(err)]++
				})
			}
			wg.Wait()
		}
		t.Log(told)
		if told["<nil>"] < 100 || told["<nil>"]+told["recipient-unavailable"] != 10_000 {
			t.Errorf("they are told %v", told)
		}
		if _, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, first, "complete")); condition(err) != "bad-request" {
			t.Errorf("the first one is kept: %v", err)
		}
		var large []string
		for i := range 5000 {
			large = append(large, fmt.Sprint("x", i), strings.Repeat("y", 100))
		}
		id := c.boss.do(t, command(sayCommand, "", "")).Attr("sessionid")
		for _, filled := range [][]string{large, {"Off/say/what/text", strings.Repeat("<", 120_000), "Off/say/what/times", "x"}} {
			_, err := c.boss.Call(t.Context(), "set", hostJID, command(sayCommand, id, "complete", filled...))
			if err == nil {
				t.Error("a giant form is taken")
			}
		}
		if e := c.boss.do(t, command("info", "", "")); e.Attr("status") != "completed" {
			t.Errorf("afterwards: %s", e)
		}
	})
}
