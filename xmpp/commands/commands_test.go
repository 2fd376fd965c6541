//nolint:thelper // the functions given to inConsole are tests themselves
package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

const nsCommands = "http://jabber.org/protocol/commands"

// do sends a command that is answered with one.
func do(t *testing.T, r xmpptest.Raw, e *session.Element) *session.Element {
	t.Helper()
	answer, err := r.Call(t.Context(), "set", xmpptest.ConsoleJID, e)
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
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			first := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "execute"))
			id := first.Attr("sessionid")
			if first.Attr("status") != "executing" || id == "" || fieldOf(first, text)[0] != "hello" || first.Kid(nsCommands, "actions").Kid(nsCommands, "complete") == nil {
				t.Fatalf("it begins with %s", first)
			}
			again := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "complete", text, "a\nb", times, "many", password, "a new secret"))
			if again.Attr("status") != "executing" || again.Attr("sessionid") != id || noteOf(again) != `error: `+times+`: times must be a whole number, is "many"` ||
				fieldOf(again, times)[0] != "many" || strings.Contains(again.String(), "a new secret") {
				t.Fatalf("what is wrong is answered with %s", again)
			}
			var answers [3]*session.Element
			var wg sync.WaitGroup
			for i := range answers { // submitted thrice, the action being the default one
				wg.Go(func() {
					answers[i] = do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "", text, "hi "+xmpptest.Bounty, times, "2", password, ""))
				})
			}
			wg.Wait()
			for _, done := range answers {
				if done.Attr("status") != "completed" || done.Attr("sessionid") != id || noteOf(done) != "info: Talk Off.say: Say something is done" ||
					fieldOf(done, "state")[0] != "done" || fieldOf(done, "stack")[0] != "Off" || fieldOf(done, "returns/url")[0] != "http://web1" ||
					fieldOf(done, "returns/key")[0] != "•••" || fieldOf(done, "run")[0] != "command-"+id {
					t.Errorf("it ends with %s", done)
				}
				if log := strings.Join(fieldOf(done, "log"), "|"); log != "hi ••• 0|hi ••• 1|the password is •••" {
					t.Errorf("the log is %q", log)
				}
				if strings.Contains(done.String(), xmpptest.Bounty) || strings.Contains(done.String(), "a new secret") {
					t.Errorf("a secret is told: %s", done)
				}
			}
			stacks, err := c.Service.Stacks(t.Context())
			if err != nil || len(stacks[0].Calls) != 1 || stacks[0].Calls[0].Who != "boss@test" {
				t.Errorf("the provide was called so: %+v", stacks[0].Calls)
			}
		})
	})
	t.Run("with a field that nobody asked for, then without", func(t *testing.T) {
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
			wrong := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "complete", "txet", "hi", times, "3"))
			if wrong.Attr("status") != "executing" || noteOf(wrong) != "error: txet: nothing that is asked is called so" {
				t.Errorf("it is %s", wrong)
			}
			done := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "complete", text, "hi", password, "a new secret"))
			if log := strings.Join(fieldOf(done, "log"), "|"); done.Attr("status") != "completed" || log != "hi 0|the password is •••" {
				t.Errorf("then it is %s", done)
			}
		})
	})
	t.Run("that fails", func(t *testing.T) {
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
			done := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "next", text, "fail"))
			if done.Attr("status") != "completed" || fieldOf(done, "state")[0] != "failed" || !strings.HasPrefix(noteOf(done), "error: Talk Off.say: Say something has failed: ") {
				t.Errorf("it ends with %s", done)
			}
		})
	})
	t.Run("that takes long, and is stopped", func(t *testing.T) {
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
			began := time.Now()
			long := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "complete", times, "1000"))
			if took := time.Since(began); long.Attr("status") != "completed" || fieldOf(long, "state")[0] != "running" || took > 25*time.Second || len(fieldOf(long, "log")) == 0 {
				t.Errorf("after %s it is %s", took, long)
			}
			stopped := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "cancel"))
			if stopped.Attr("status") != "canceled" || stopped.Attr("sessionid") != id {
				t.Errorf("it is stopped: %s", stopped)
			}
			var last spec.Event
			if err := c.Service.Follow(t.Context(), spec.RunID("command-"+id), 0, func(ev spec.Event) error { last = ev; return nil }); err != nil || last.Err == nil || last.Err.Kind != spec.Canceled {
				t.Errorf("the run ended with %+v, error %v", last, err)
			}
		})
	})
	t.Run("that is cancelled", func(t *testing.T) {
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
			if e := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, id, "cancel")); e.Attr("status") != "canceled" {
				t.Errorf("it is %s", e)
			}
			if _, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, id, "complete")); xmpptest.Condition(err) != "bad-request" {
				t.Errorf("then it goes on: %v", err)
			}
		})
	})
	t.Run("without a form", func(t *testing.T) {
		xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
			for _, who := range []xmpptest.Raw{c.Boss, c.Eyes} {
				if e := do(t, who, xmpptest.Command("info", "", "execute")); e.Attr("status") != "completed" || fieldOf(e, "os")[0] != "debian 12" || e.Attr("sessionid") == "" {
					t.Errorf("info is %s", e)
				}
				if e := do(t, who, xmpptest.Command("stacks", "", "execute")); e.Attr("status") != "completed" || !strings.Contains(e.String(), "<value>Talk</value>") {
					t.Errorf("stacks is %s", e)
				}
			}
		})
	})
}

// What is no step of a command is refused, and so is whoever may not use it.
func TestWrongCommands(t *testing.T) {
	xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
		id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
		for name, tt := range map[string]struct {
			from xmpptest.Raw
			typ  string
			what *session.Element
			want string
		}{
			"a stranger begins":           {c.Eve, "set", xmpptest.Command(xmpptest.SayCommand, "", ""), "forbidden"},
			"a stranger goes on":          {c.Eve, "set", xmpptest.Command(xmpptest.SayCommand, id, "complete"), "forbidden"},
			"a stranger asks who it is":   {c.Eve, "get", session.New("http://jabber.org/protocol/disco#info", "query"), "forbidden"},
			"a stranger lists commands":   {c.Eve, "get", session.New("http://jabber.org/protocol/disco#items", "query", "node", nsCommands), "forbidden"},
			"a stranger asks the time":    {c.Eve, "get", session.New("urn:xmpp:time", "time"), "forbidden"},
			"a stranger looks":            {c.Eve, "set", xmpptest.Command("info", "", ""), "forbidden"},
			"an observer begins":          {c.Eyes, "set", xmpptest.Command(xmpptest.SayCommand, "", ""), "forbidden"},
			"an observer goes on":         {c.Eyes, "set", xmpptest.Command(xmpptest.SayCommand, id, "complete"), "forbidden"},
			"an observer cancels":         {c.Eyes, "set", xmpptest.Command(xmpptest.SayCommand, id, "cancel"), "forbidden"},
			"another client goes on":      {c.Other, "set", xmpptest.Command(xmpptest.SayCommand, id, "complete"), "bad-request"},
			"another session":             {c.Boss, "set", xmpptest.Command(xmpptest.SayCommand, id+"x", "complete"), "bad-request"},
			"another node":                {c.Boss, "set", xmpptest.Command("call /Talk/Off/x", id, "complete"), "bad-request"},
			"back":                        {c.Boss, "set", xmpptest.Command(xmpptest.SayCommand, id, "prev"), "bad-request"},
			"an action that is none":      {c.Boss, "set", xmpptest.Command(xmpptest.SayCommand, id, "explode"), "bad-request"},
			"a form not filled in":        {c.Boss, "set", xmpptest.Command(xmpptest.SayCommand, id, "complete").Add(session.New(form.Namespace, "x", "type", "result")), "bad-request"},
			"a session of info":           {c.Boss, "set", xmpptest.Command("info", id, ""), "bad-request"},
			"a cancel of nothing":         {c.Boss, "set", xmpptest.Command("info", "", "cancel"), "bad-request"},
			"no node":                     {c.Boss, "set", xmpptest.Command("", "", ""), "item-not-found"},
			"no such command":             {c.Boss, "set", xmpptest.Command("reboot", "", ""), "item-not-found"},
			"no such provide":             {c.Boss, "set", xmpptest.Command("call /Talk/Off/shout", "", ""), "item-not-found"},
			"the enter of a state":        {c.Boss, "set", xmpptest.Command("call /Talk/Off/enter", "", ""), "item-not-found"},
			"a pattern":                   {c.Boss, "set", xmpptest.Command("call //Talk//say", "", ""), "item-not-found"},
			"a get":                       {c.Boss, "get", xmpptest.Command("info", "", ""), "bad-request"},
			"a set":                       {c.Boss, "set", session.New("http://jabber.org/protocol/disco#info", "query"), "bad-request"},
			"no command":                  {c.Boss, "set", session.New(nsCommands, "order", "node", "info"), "bad-request"},
			"what is nowhere":             {c.Boss, "get", session.New("http://jabber.org/protocol/disco#info", "query", "node", "nowhere"), "item-not-found"},
			"items of what is nowhere":    {c.Boss, "get", session.New("http://jabber.org/protocol/disco#items", "query", "node", "nowhere"), "item-not-found"},
			"an observer looks at a call": {c.Eyes, "get", session.New("http://jabber.org/protocol/disco#info", "query", "node", xmpptest.SayCommand), "item-not-found"},
		} {
			if _, err := tt.from.Call(t.Context(), tt.typ, xmpptest.ConsoleJID, tt.what); xmpptest.Condition(err) != tt.want {
				t.Errorf("%s: it is told %v, want %s", name, err, tt.want)
			}
		}
		_, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, "x", "complete"))
		if e, _ := errors.AsType[*session.StanzaError](err); e == nil || e.Payload == nil || e.Payload.Local != "bad-sessionid" {
			t.Errorf("a wrong session is refused with %+v", e)
		}
		time.Sleep(time.Hour) // it is forgotten
		if _, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, id, "complete")); xmpptest.Condition(err) != "bad-request" {
			t.Errorf("after an hour it goes on: %v", err)
		}
		stacks, err := c.Service.Stacks(t.Context())
		if err != nil || len(stacks[0].Calls) > 0 {
			t.Errorf("something was called: %+v, error %v", stacks, err)
		}
	})
}

// A master that begins commands without end costs the agent no more than some.
func TestManyCommands(t *testing.T) {
	xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
		first := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
		told := map[string]int{}
		for range 10_000 / 500 {
			var wg sync.WaitGroup
			var mu sync.Mutex
			for range 500 {
				wg.Go(func() {
					_, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, "", "execute"))
					mu.Lock()
					defer mu.Unlock()
					told[xmpptest.Condition(err)]++
				})
			}
			wg.Wait()
		}
		t.Log(told)
		if told["<nil>"] < 100 || told["<nil>"]+told["recipient-unavailable"] != 10_000 {
			t.Errorf("they are told %v", told)
		}
		if _, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, first, "complete")); xmpptest.Condition(err) != "bad-request" {
			t.Errorf("the first one is kept: %v", err)
		}
		var large []string
		for i := range 5000 {
			large = append(large, fmt.Sprint("x", i), strings.Repeat("y", 100))
		}
		id := do(t, c.Boss, xmpptest.Command(xmpptest.SayCommand, "", "")).Attr("sessionid")
		for _, filled := range [][]string{large, {"Off/say/what/text", strings.Repeat("<", 120_000), "Off/say/what/times", "x"}} {
			_, err := c.Boss.Call(t.Context(), "set", xmpptest.ConsoleJID, xmpptest.Command(xmpptest.SayCommand, id, "complete", filled...))
			if err == nil {
				t.Error("a giant form is taken")
			}
		}
		if e := do(t, c.Boss, xmpptest.Command("info", "", "")); e.Attr("status") != "completed" {
			t.Errorf("afterwards: %s", e)
		}
	})
}

func TestApprovingInAClient(t *testing.T) {
	xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
		node, run := "approve d1", spec.Work{Lifecycle: "Talk", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "say"}}}
		propose := func(plan string) {
			t.Helper()
			if err := c.Service.Propose(t.Context(), spec.Proposal{Deployment: "d1", Name: "shop", Root: "/web1/Talk/Off/say", Plan: plan, By: "ann@test", Tasks: []spec.ProposedTask{{ID: ".#0", Work: run}}}); err != nil {
				t.Fatal(err)
			}
		}
		refused := func(r xmpptest.Raw, e *session.Element, says string) {
			t.Helper()
			if _, err := r.Call(t.Context(), "set", xmpptest.ConsoleJID, e); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("error is %v, want one that says %q", err, says)
			}
		}
		propose("p1")
		refused(c.Eyes, xmpptest.Command(node, "", "execute"), "may not approve")
		refused(c.Eve, xmpptest.Command(node, "", "execute"), "forbidden")
		refused(c.Boss, xmpptest.Command("approve d2", "", "execute"), "nothing of a deployment d2")

		first := do(t, c.Boss, xmpptest.Command(node, "", "execute"))
		if first.Attr("status") != "executing" || !strings.Contains(strings.Join(fieldOf(first, "plan"), "\n"), "Talk: call Off.say") || !strings.Contains(first.String(), "ann@test asks for it") {
			t.Fatalf("it is shown so: %s", first)
		}
		id := first.Attr("sessionid")
		refused(c.Boss, xmpptest.Command(node, id, "complete", "decision", "perhaps"), "neither approve nor refuse")
		refused(c.Boss, xmpptest.Command(node, id, "complete", "decision", "refuse"), "why is the deployment d1 refused")
		propose("p2") // something else by now
		refused(c.Boss, xmpptest.Command(node, id, "complete", "decision", "approve"), "something else")

		id = do(t, c.Boss, xmpptest.Command(node, "", "execute")).Attr("sessionid")
		if got := do(t, c.Boss, xmpptest.Command(node, id, "cancel")); got.Attr("status") != "canceled" {
			t.Errorf("it is given up so: %s", got)
		}
		for range 2 {
			if got := do(t, c.Boss, xmpptest.Command(node, id, "complete", "decision", "approve", "reason", "agreed")); got.Attr("status") != "completed" || noteOf(got) != "info: shop is approved on this host" {
				t.Errorf("it is approved so: %s", got)
			}
		}
		p, err := c.Service.Proposal(t.Context(), "d1")
		if err != nil || strings.Join(p.ApprovedBy(), " ") != "boss@test" || p.Decisions[0].Reason != "agreed" {
			t.Errorf("decided is %+v, error %v", p.Decisions, err)
		}
	})
}
