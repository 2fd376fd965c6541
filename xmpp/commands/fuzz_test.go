package commands_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/xmpp/form"
)

// Whatever a master says to the commands, the agent answers, and goes on.
func FuzzCommand(f *testing.F) {
	f.Add("call /Bench/Off/echo", "", "", "", "", "")
	f.Add("call /Bench/Off/echo", "SESSION", "complete", "submit", "Off/echo/say/text", "x")
	f.Add("call /Bench/On/start", "SESSION", "next", "submit", "Ready/enter/names[1]/name", "")
	f.Add("info", "", "execute", "", "", "")
	f.Add("stacks", "x", "cancel", "cancel", "", "")
	master := xmpptest.Fuzzed(f)
	id := map[string]string{}
	f.Fuzz(func(t *testing.T, node, sessionID, action, typ, name, value string) {
		if sessionID == "SESSION" {
			sessionID = id[node]
		}
		e := xmpptest.Command(node, sessionID, action)
		if typ != "" {
			e.Add(form.Form{Type: typ, Fields: []form.Field{{Name: name, Values: []string{value}}}}.Element())
		}
		answer, err := master.Call(t.Context(), "set", "host1@test/agent", e)
		if xmpptest.Condition(err) == "<nil>" {
			id[node] = answer.Kid(nsCommands, "command").Attr("sessionid")
		} else if strings.Contains(xmpptest.Condition(err), " ") {
			t.Fatalf("the agent did not answer: %v", err)
		}
	})
}
