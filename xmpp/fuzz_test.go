package xmpp_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Whatever a master calls with, the agent answers, and goes on.
func FuzzCall(f *testing.F) {
	f.Add("call", "1", "start", "{}", "", "", "")
	f.Add("call", "1", "start", `{"id":"r1","lifecycle":"Bench","from":["Off"],"steps":[{"action":"enter","state":"Ready","inputs":{"conf":[{"port":{"$secret":"x"}}]}}]}`, "", "", "")
	f.Add("call", "1", "follow", `{"run":"r1","follow":"f","after":-5}`, "", "", "")
	f.Add("call", "1", "route", `{"provide":"/host1/Bench/On/start","from":["Off"],"index":-1}`, "", "", "")
	f.Add("call", "1", "paths", `{"state":"/host1/Bench/On","most":1000000}`, "", "", "")
	f.Add("call", "1", "preview", `{"lifecycle":"Bench","steps":[{}]}`, "", "", "")
	f.Add("put", "1", "", "x", "a", "0", "2")
	f.Add("get", "1", "", "", "a", "-1", "")
	f.Add("call", "1", "check", "", "a", "", "2")
	f.Add("pending", "1", "", "", "", "", "")
	master := fuzzed(f)
	f.Fuzz(func(t *testing.T, local, v, op, text, id, n, pieces string) {
		if local == "" || strings.ContainsFunc(local, func(c rune) bool { return c < 'a' || c > 'z' }) {
			return
		}
		what := session.New(wire.Namespace, local, "v", v, "op", op, "id", id, "n", n, "pieces", pieces).WithText(text)
		_, err := master.Call(t.Context(), "set", "host1@test/agent", what)
		if _, refused := session.AsStanzaError(err); err != nil && !refused {
			t.Fatalf("the agent did not answer: %v", err)
		}
	})
}

// Whatever a master says to the commands, the agent answers, and goes on.
func FuzzCommand(f *testing.F) {
	f.Add("call /Bench/Off/echo", "", "", "", "", "")
	f.Add("call /Bench/Off/echo", "SESSION", "complete", "submit", "Off/echo/say/text", "x")
	f.Add("call /Bench/On/start", "SESSION", "next", "submit", "Ready/enter/names[1]/name", "")
	f.Add("info", "", "execute", "", "", "")
	f.Add("stacks", "x", "cancel", "cancel", "", "")
	master := fuzzed(f)
	id := map[string]string{}
	f.Fuzz(func(t *testing.T, node, sessionID, action, typ, name, value string) {
		if sessionID == "SESSION" {
			sessionID = id[node]
		}
		e := command(node, sessionID, action)
		if typ != "" {
			e.Add(form.Form{Type: typ, Fields: []form.Field{{Name: name, Values: []string{value}}}}.Element())
		}
		answer, err := master.Call(t.Context(), "set", "host1@test/agent", e)
		if condition(err) == "<nil>" {
			id[node] = answer.Kid(nsCommands, "command").Attr("sessionid")
		} else if strings.Contains(condition(err), " ") {
			t.Fatalf("the agent did not answer: %v", err)
		}
	})
}

// fuzzed is a master of an agent, both in memory.
func fuzzed(f *testing.F) *session.Session {
	f.Helper()
	service := serve(f)
	f.Cleanup(service.Close)
	server := newRouter()
	r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.open("host1@test/agent"),
		Masters: access.Masters{"master@test": access.Deploy}})
	f.Cleanup(r.Close)
	if _, err := r.Connector().Wait(f.Context(), false); err != nil {
		f.Fatal(err)
	}
	master, err := server.open("master@test/x")(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = master.Serve(func(*session.Element) {})
	}()
	f.Cleanup(func() { master.Close(); <-done })
	return master
}
