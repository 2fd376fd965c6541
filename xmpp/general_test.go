//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// A client that knows nothing of Armonic finds an agent's commands, calls a provide,
// and reads the room of a deployment, if it is one of a master.
func TestGeneralClient(t *testing.T) {
	script := need.Program(t, "/usr/bin/python3:slixmpp")
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		agent, master, viewer, eve := xmpptest.Account(server, "web1"), xmpptest.Account(server, "master"), xmpptest.Account(server, "viewer"), xmpptest.Account(server, "eve")
		agent.Resource = roster.Resource
		service := xmpptest.Talker(t, "web1")
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service, Rooms: xmpptest.Rooms, RoomPatience: 10 * time.Millisecond,
			Masters: access.Masters{master.JID: access.Deploy, viewer.JID: access.Observe}})
		t.Cleanup(r.Close)
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		xmpptest.ConnectRaw(t, viewer) // so that there are such accounts
		xmpptest.ConnectRaw(t, eve)
		boss := xmpptest.ConnectRaw(t, master)
		if _, err := boss.Call(t.Context(), "set", agent.JID.With(roster.Resource), xmpptest.Call("start", xmpptest.Encoded(t, xmpptest.Say("r1", "d1", "hello", 2)))); err != nil {
			t.Fatal(err)
		}
		run := func(who session.Account, room session.JID) (string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, script, "testdata/client.py")
			cmd.Env = append(os.Environ(), "SERVER="+server.TLS, "CAFILE="+server.CAFile, "JID="+string(who.JID), "PASSWORD="+who.Password.Reveal(),
				"AGENT="+string(agent.JID.With(roster.Resource)), "NODE="+xmpptest.SayCommand, "ROOM="+string(room))
			var errs strings.Builder
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil && !strings.Contains(string(out), "refused") {
				t.Logf("it complains:\n%s", errs.String())
			}
			return strings.ReplaceAll(string(out), string(master.JID), "MASTER"), err
		}
		got, err := run(master, muc.Address("d1", xmpptest.Rooms))
		if err != nil {
			t.Errorf("it ends with %v", err)
		}
		var lines []string
		for line := range strings.Lines(got) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "field: text-single run = ") && !strings.HasPrefix(line, "<delay") { // which slixmpp prints itself
				lines = append(lines, line)
			}
		}
		if diff := cmp.Diff(strings.Split(generalClient, "\n"), lines); diff != "" {
			t.Errorf("a master sees (-want +got):\n%s", diff)
		}
		for name, who := range map[string]session.Account{"a stranger": eve, "an observer": viewer} {
			got, err := run(who, "")
			if err == nil || !strings.HasSuffix(got, "refused: forbidden\n") || strings.Contains(got, "status:") {
				t.Errorf("%s sees\n%s", name, got)
			}
		}
		stacks, err := service.Stacks(t.Context())
		if err != nil || len(stacks[0].Calls) != 2 {
			t.Errorf("was called: %+v, error %v", stacks[0].Calls, err)
		}
	})
}

const generalClient = `identity: automation service Armonic agent
feature: http://jabber.org/protocol/commands
feature: http://jabber.org/protocol/disco#info
feature: http://jabber.org/protocol/disco#items
feature: http://jabber.org/protocol/muc
feature: jabber:iq:version
feature: jabber:x:data
feature: urn:armonic:agent:1
feature: urn:xmpp:ping
feature: urn:xmpp:time
version: Armonic 0.4
time: True
command: call /Talk/Off/say - Talk Off.say: Say something
command: info - What this host is
command: stacks - What is applied
status: executing
field: text-single Off/say/what/text = hello
field: text-single Off/say/what/times = 1
field: text-private Off/say/what/password = None
status: executing
note: error Off/say/what/times: times must be a whole number, is "many"
field: text-single Off/say/what/text = from slixmpp
field: text-single Off/say/what/times = many
field: text-private Off/say/what/password = None
status: completed
note: info Talk Off.say: Say something is done
field: text-single state = done
field: text-single stack = Off
field: text-single returns/key = •••
field: text-single returns/url = http://web1
field: text-multi log = ['from slixmpp 0', 'from slixmpp 1', 'the password is •••']
room: web1 Talk: run r1 begins, for MASTER
room: web1 Talk: call Off.say
room: web1 Talk: | hello 0
room: web1 Talk: | hello 1
room: web1 Talk: | warn: the password is •••
room: web1 Talk: call Off.say: done
room: web1 Talk: run r1 is done`
