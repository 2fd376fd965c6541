package calls_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
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
	master := xmpptest.Fuzzed(f)
	f.Fuzz(func(t *testing.T, local, v, op, text, id, n, pieces string) {
		if local == "" || strings.ContainsFunc(local, func(c rune) bool { return c < 'a' || c > 'z' }) {
			return
		}
		what := session.New(wire.Namespace, local, "v", v, "op", op, "id", id, "n", n, "pieces", pieces).WithText(text)
		_, err := master.Call(t.Context(), "set", "host1@test/agent", what)
		if _, refused := errors.AsType[*session.StanzaError](err); err != nil && !refused {
			t.Fatalf("the agent did not answer: %v", err)
		}
	})
}
