package xmpp_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/xmpp"
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
	service := serve(f)
	f.Cleanup(service.Close)
	server := newRouter()
	r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.open("host1@test/agent"),
		Masters: map[session.JID]xmpp.Role{"master@test": xmpp.Deploy}})
	f.Cleanup(r.Close)
	if _, err := r.Connection().Wait(f.Context(), false); err != nil {
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
