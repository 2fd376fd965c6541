//nolint:thelper // the functions given to xmpptest.InConsole are tests themselves
package disco_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	nsCommands = "http://jabber.org/protocol/commands"
	nsInfo     = "http://jabber.org/protocol/disco#info"
	nsItems    = "http://jabber.org/protocol/disco#items"
)

func TestDiscovery(t *testing.T) {
	xmpptest.InConsole(t, func(t *testing.T, c *xmpptest.Console) {
		ask := func(who xmpptest.Raw, space, local, node string) string {
			t.Helper()
			answer, err := who.Call(t.Context(), "get", xmpptest.ConsoleJID, session.New(space, local, "node", node))
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
			who                     xmpptest.Raw
			space, local, node, got string
		}{
			{c.Eyes, nsInfo, "query", "", `identity automation service Armonic agent
feature http://jabber.org/protocol/disco#info
feature http://jabber.org/protocol/disco#items
feature http://jabber.org/protocol/commands
feature jabber:x:data
feature urn:xmpp:time
feature jabber:iq:version
feature urn:xmpp:ping
feature urn:armonic:agent:1
feature http://jabber.org/protocol/muc`},
			{c.Eyes, nsItems, "query", "", "item web1@test/agent " + nsCommands + " Commands"},
			{c.Eyes, nsItems, "query", nsCommands, "item web1@test/agent info What this host is\nitem web1@test/agent stacks What is applied"},
			{c.Boss, nsItems, "query", nsCommands, "item web1@test/agent info What this host is\nitem web1@test/agent stacks What is applied\nitem web1@test/agent " + xmpptest.SayCommand + " Talk Off.say: Say something"},
			{c.Boss, nsInfo, "query", nsCommands, "identity automation command-list Commands\nfeature " + nsInfo + "\nfeature " + nsItems + "\nfeature " + nsCommands + "\nfeature jabber:x:data"},
			{c.Boss, nsInfo, "query", xmpptest.SayCommand, "identity automation command-node Talk Off.say: Say something\nfeature " + nsCommands + "\nfeature jabber:x:data"},
			{c.Boss, nsItems, "query", xmpptest.SayCommand, ""},
			{c.Boss, "jabber:iq:version", "query", "", "nameArmonic\nversion0.4\nosdebian 12"},
			{c.Boss, "urn:xmpp:time", "time", "", "tzo" + time.Now().Format("-07:00") + "\nutc" + time.Now().UTC().Format("2006-01-02T15:04:05Z")},
		} {
			if got := ask(tt.who, tt.space, tt.local, tt.node); got != tt.got {
				t.Errorf("node %q of %s is\n%s\nwant\n%s", tt.node, tt.space, got, tt.got)
			}
		}
	})
}
