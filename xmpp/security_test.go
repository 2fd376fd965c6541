package xmpp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// recorder is a client that remembers all that it is sent.
type recorder struct {
	*session.Session
	mu  sync.Mutex
	all []string
}

// record connects one in memory until the test ends.
func record(t *testing.T, server *xmpptest.Router, jid session.JID) *recorder {
	t.Helper()
	s, err := server.Open(jid)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{Session: s}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.all = append(r.all, e.String())
		})
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return r
}

func (r *recorder) everything() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.all, "\n")
}

// Whoever is on no list is refused before anything that he says is read: also a text
// that no agent could read.
func TestAnUnlistedCallerIsRefusedUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, log := xmpptest.NewRouter(), &xmpptest.Log{}
		service := xmpptest.Serve(t)
		defer service.Close()
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: untouchable{service, t}, Open: server.Open(xmpptest.AgentJID), Rooms: "logs.test",
			Masters: access.Masters{"boss@test": access.Deploy}, Logger: slog.New(slog.NewTextHandler(log, nil))})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		eve := record(t, server, "eve@test/x")
		for i, what := range []*session.Element{
			xmpptest.Call("start", xmpptest.StartText), xmpptest.Call("stop", `{"run":"r1"}`), xmpptest.Call("follow", `{"run":"r1","follow":"f"}`),
			xmpptest.Call("info", "{}"), xmpptest.Call("stacks", "{}"), xmpptest.Call("start", "not what anybody can read"), xmpptest.Call("nothing", ""),
			session.New(wire.Namespace, "call", "v", "99", "op", "info").WithText("{}"),
			session.New(wire.Namespace, "put", "v", "1", "id", "a", "n", "0", "pieces", "2").WithText("x"),
			session.New(wire.Namespace, "get", "v", "1", "id", "a", "n", "0"),
			session.New(wire.Namespace, "pending", "v", "1", "ref", "a"),
			xmpptest.Command(xmpptest.SayCommand, "", ""), session.New("jabber:iq:version", "query"), session.New("urn:xmpp:ping", "ping"), session.New("any", "thing"),
		} {
			_, err := eve.Call(t.Context(), "set", xmpptest.AgentJID, what)
			refused, ok := errors.AsType[*session.StanzaError](err)
			if !ok || refused.Condition != "forbidden" || refused.Text != "" || refused.Payload != nil {
				t.Errorf("%s: %v", what, err)
			}
			if i%10 == 9 {
				time.Sleep(time.Second) // so many are answered in a second
			}
		}
		if n := strings.Count(log.String(), "msg=refused"); n != 15 {
			t.Errorf("%d refusals are logged", n)
		}
	})
}

// What a step returned is told to masters who may deploy, secrets too, and to nobody
// else: not to observers, in no stack, in no room.
func TestOnlyWhoMayDeployIsToldWhatStepsReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.Serve(t)
		defer service.Close()
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open(xmpptest.AgentJID), Rooms: "logs.test",
			Masters: access.Masters{"boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		agents := map[string]spec.Agent{}
		for _, name := range []string{"boss", "eyes"} {
			c := xmpp.NewClient(xmpp.ClientConfig{Rooms: "logs.test", Open: server.Open(session.JID(name + "@test/client"))})
			t.Cleanup(c.Close)
			agents[name] = c.AgentOf(xmpptest.AgentJID)
		}
		watched := []*recorder{record(t, server, "boss@test/raw"), record(t, server, "eyes@test/raw")}
		for _, w := range watched {
			_ = w.Send(session.Stanza("presence"))
		}
		run := spec.Run{ID: "r1", Deployment: "d1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "password"}}}}
		if err := agents["boss"].Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		for name, a := range agents {
			var events []spec.Event
			if err := a.Follow(t.Context(), "r1", 0, func(ev spec.Event) error { events = append(events, ev); return nil }); err != nil {
				t.Fatal(err)
			}
			if name == "boss" {
				agenttest.CheckPassword(t, events)
			} else if text, _ := value.Encode(events, value.HandOver()); strings.Contains(string(text), "returns") {
				t.Errorf("an observer is told that %s", text)
			}
			stacks, err := a.Stacks(t.Context())
			if text, _ := value.Encode(stacks, value.HandOver()); err != nil || strings.Contains(string(text), agenttest.Password) || strings.Contains(string(text), "returns") != (name == "boss") {
				t.Errorf("%s reads stacks %s, error %v", name, text, err)
			}
		}
		// As they are on the wire.
		for i, w := range watched {
			for _, what := range []*session.Element{xmpptest.Call("stacks", "{}"), xmpptest.Call("follow", `{"run":"r1","follow":"f","after":0}`), xmpptest.Command("stacks", "", "")} {
				answer, err := w.Call(t.Context(), "set", xmpptest.AgentJID, what)
				if err != nil {
					t.Fatal(err)
				}
				shows, may := strings.Contains(answer.String(), agenttest.Password[:11]), i == 0 && what.Attr("op") == "follow"
				if shows != may {
					t.Errorf("%s is answered with %s", what, answer)
				}
			}
			time.Sleep(time.Minute)
			if all := w.everything(); strings.Contains(all, agenttest.Password[:11]) {
				t.Errorf("besides it is told %s", all)
			}
		}
		rooms := server.History()
		for at, said := range rooms {
			if all := fmt.Sprint(said); strings.Contains(all, agenttest.Password[:11]) || strings.Contains(all, "returns") || !strings.Contains(all, "password") {
				t.Errorf("in %s is said %s", at, all)
			}
		}
		if len(rooms) != 1 {
			t.Errorf("there are %d rooms", len(rooms))
		}
	})
}

// Records of deployments are listed for all masters, and their logs are for those who may
// deploy. Who put one is said by the agent.
func TestOnlyWhoMayDeployReadsLogsOfDeployments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.Serve(t)
		defer service.Close()
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open(xmpptest.AgentJID),
			Masters: access.Masters{"boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		record := spec.DeploymentRecord{DeploymentSummary: spec.DeploymentSummary{ID: "d1", Revision: 1, PutBy: "root@test"}, Log: agenttest.Password}
		for _, name := range []string{"boss", "eyes"} {
			func() {
				c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(session.JID(name + "@test/client"))})
				defer c.Close()
				a := c.AgentOf(xmpptest.AgentJID)
				put := a.PutDeployment(t.Context(), record)
				got, err := a.Deployment(t.Context(), "d1")
				if may := name == "boss"; may && (put != nil || err != nil || got.Log != record.Log) ||
					!may && (spec.KindOf(put) != spec.Denied || spec.KindOf(err) != spec.Denied || got.Log != "") {
					t.Errorf("%s puts (%v) and reads %+v, error %v", name, put, got, err)
				}
				all, err := a.Deployments(t.Context())
				if err != nil || len(all) != 1 || all[0].PutBy != "boss@test" {
					t.Errorf("%s lists %+v, error %v", name, all, err)
				}
			}()
		}
	})
}

// Nobody but the agent that was asked can answer a call or tell events, whatever he
// knows: the id of the call, the name of the follower.
func TestOnlyTheAgentThatWasAskedAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		asked := record(t, server, xmpptest.AgentJID) // hears all, and says nothing
		c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(xmpptest.MasterJID), Grace: -1})
		defer c.Close()
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		forgers := []*recorder{record(t, server, "eve@test/x"), record(t, server, "host1@test/other")}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		told := make(chan string, 2) // both of what is asked
		go func() {
			info, err := c.AgentOf(xmpptest.AgentJID).Info(ctx)
			told <- fmt.Sprint("info ", info.Host, " ", err)
		}()
		go func() {
			n := 0
			err := c.AgentOf(xmpptest.AgentJID).Follow(ctx, "r1", 0, func(spec.Event) error { n++; return io.EOF })
			told <- fmt.Sprint("events ", n, " ", err)
		}()
		synctest.Wait()
		ids := idsOf(asked)
		if len(ids) != 2 {
			t.Fatalf("%d calls were made: %v", len(ids), asked.everything())
		}
		for _, f := range forgers {
			for _, id := range ids {
				_ = f.Send(session.Stanza("iq", "type", "result", "id", id, "to", string(xmpptest.MasterJID)).
					Add(session.New(wire.Namespace, "result").WithText(`{"host":"forged","events":[{"run":"r1","seq":1}],"ended":true}`)))
			}
			for _, name := range []string{"f1", "f2"} {
				_ = f.Send(session.Stanza("message", "type", "headline", "to", string(xmpptest.MasterJID)).
					Add(session.New(wire.Namespace, "events", "follow", name).WithText(`{"events":[{"run":"r1","seq":1}],"ended":true}`)))
			}
		}
		synctest.Wait()
		if len(told) != 0 {
			t.Fatalf("a forgery is taken for an answer: %s", <-told)
		}
		for _, id := range ids { // the agent itself: one is Info, the other waits for events
			asked.Post(session.Stanza("iq", "type", "result", "id", id, "to", string(xmpptest.MasterJID)).
				Add(session.New(wire.Namespace, "result").WithText(`{"host":"true"}`)))
		}
		synctest.Wait()
		if len(told) != 1 || <-told != "info true <nil>" {
			t.Error("the answer of the agent is not taken")
		}
		for _, f := range forgers {
			_ = f.Send(session.Stanza("message", "type", "headline", "to", string(xmpptest.MasterJID)).
				Add(session.New(wire.Namespace, "events", "follow", "f1").WithText(`{"events":[{"run":"r1","seq":1}],"ended":true}`)))
		}
		synctest.Wait()
		if len(told) != 0 {
			t.Fatalf("forged events are told: %s", <-told)
		}
		cancel()
		if got := <-told; !strings.HasPrefix(got, "events 0 ") {
			t.Error(got)
		}
	})
}

// idsOf are the ids of the calls that somebody was sent.
func idsOf(r *recorder) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, text := range r.all {
		if !strings.Contains(text, "<call ") {
			continue
		}
		_, id, _ := strings.Cut(text, " id='")
		id, _, _ = strings.Cut(id, "'")
		out = append(out, id)
	}
	return out
}

// upgrades counts what an agent is asked to run.
type upgrades struct{ asked atomic.Int32 }

func (u *upgrades) StageUpgrade(context.Context, spec.Piece) (spec.UpgradeState, error) {
	u.asked.Add(1)
	return spec.UpgradeState{Version: "1"}, nil
}

func (u *upgrades) Upgrade(context.Context, spec.UpgradeOrder) (spec.UpgradeState, error) {
	u.asked.Add(1)
	return spec.UpgradeState{Version: "1"}, nil
}

func (u *upgrades) ConfirmUpgrade(context.Context, string) (spec.UpgradeState, error) {
	u.asked.Add(1)
	return spec.UpgradeState{Version: "1"}, nil
}

// Only masters who may deploy reach what replaces the program of an agent.
func TestOnlyWhoMayDeployUpgrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.Serve(t)
		defer service.Close()
		u := &upgrades{}
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Upgrader: u, Open: server.Open(xmpptest.AgentJID),
			Masters: access.Masters{"boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]spec.Kind{"eyes": spec.Denied, "eve": spec.Denied, "boss": ""} {
			c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(session.JID(name + "@test/client")), Grace: -1})
			t.Cleanup(c.Close)
			if err := c.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			a := c.UpgraderOf(xmpptest.AgentJID)
			before := u.asked.Load()
			_, err1 := a.StageUpgrade(t.Context(), spec.Piece{})
			_, err2 := a.Upgrade(t.Context(), spec.UpgradeOrder{})
			s, err3 := a.ConfirmUpgrade(t.Context(), "d")
			for _, err := range []error{err1, err2, err3} {
				if spec.KindOf(err) != want || (err == nil) != (name == "boss") {
					t.Errorf("%s: %v", name, err)
				}
			}
			if asked := u.asked.Load() - before; name == "boss" && (asked != 3 || s.Version != "1") || name != "boss" && asked > 0 {
				t.Errorf("%s asked the agent %d times: %+v", name, asked, s)
			}
		}
	})
}

// keeper counts what an agent is handed.
type keeper struct{ asked atomic.Int32 }

func (k *keeper) StageModules(context.Context, spec.Piece) (spec.BundleState, error) {
	k.asked.Add(1)
	return spec.BundleState{}, nil
}

func (k *keeper) UseModules(_ context.Context, o spec.BundleOrder) (spec.BundleState, error) {
	k.asked.Add(1)
	return spec.BundleState{Notes: []string{o.By}}, nil
}

// Only masters with the role push hand modules over, and cannot say that somebody else did. They may
// do all that who deploys may.
func TestOnlyWhoMayPushHandsModulesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.Serve(t)
		defer service.Close()
		k := &keeper{}
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Modules: k, Open: server.Open(xmpptest.AgentJID),
			Masters: access.Masters{"author@test": access.Push, "boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]spec.Kind{"author": "", "boss": spec.Denied, "eyes": spec.Denied, "eve": spec.Denied} {
			c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(session.JID(name + "@test/client")), Grace: -1})
			t.Cleanup(c.Close)
			if err := c.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			a := c.ModuleKeeperOf(xmpptest.AgentJID)
			before := k.asked.Load()
			_, err1 := a.StageModules(t.Context(), spec.Piece{})
			s, err2 := a.UseModules(t.Context(), spec.BundleOrder{By: "boss@test"})
			for _, err := range []error{err1, err2} {
				if spec.KindOf(err) != want || (err == nil) != (name == "author") {
					t.Errorf("%s: %v", name, err)
				}
			}
			asked := k.asked.Load() - before
			if name == "author" && (asked != 2 || len(s.Notes) != 1 || s.Notes[0] != "boss@test (author@test)") || name != "author" && asked > 0 {
				t.Errorf("%s asked the agent %d times: %+v", name, asked, s)
			}
			err := c.AgentOf(xmpptest.AgentJID).Stop(t.Context(), "no run")
			if may := spec.KindOf(err) != spec.Denied; may != (name == "author" || name == "boss") {
				t.Errorf("%s stops a run: %v", name, err)
			}
		}
	})
}
