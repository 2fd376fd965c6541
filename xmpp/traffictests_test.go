package xmpp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

// eventsIn are those of batches.
func eventsIn(t *testing.T, batches ...string) (events []any, ended bool) {
	t.Helper()
	for _, text := range batches {
		b, _ := object(t, text).(map[string]any)
		list, _ := b["events"].([]any)
		events, ended = append(events, list...), b["ended"] == true
	}
	return events, ended
}

// The agent of today answers what clients of earlier versions say as their agents did, and
// perhaps more.
func TestClientsOfEarlierVersionsAreServed(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { replayToAgent(t, r) })
		})
	}
}

func replayToAgent(t *testing.T, r traffic) {
	t.Helper()
	server := xmpptest.NewRouter()
	service, agent := responder(t, server, r.version)
	defer func() { agent.Close(); service.Close() }()
	if _, err := agent.Connector().Wait(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s, err := server.Open(xmpptest.MasterJID)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	heard, done := make(chan *session.Element, 1000), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) { heard <- e })
	}()
	defer func() { s.Close(); <-done }()
	for _, x := range r.calls {
		op := x.call.kid().attr("op")
		answer, err := s.Call(t.Context(), x.call.attr("type"), xmpptest.AgentJID, x.call.kid().element())
		synctest.Wait()
		var later []string
		for len(heard) > 0 {
			if e := <-heard; e.Local == "message" && len(e.Kids) > 0 {
				later = append(later, e.Kids[0].Text)
			}
		}
		refused, isRefused := errors.AsType[*session.StanzaError](err)
		switch {
		case isRefused != (x.answer.attr("type") == "error") || err != nil && !isRefused:
			t.Errorf("%s is answered with %v", op, err)
		case isRefused:
			want := x.answer.kid()
			if len(want.Kids) != 2 || want.Kids[0].XMLName.Local != refused.Condition || refused.Payload == nil ||
				lacks(object(t, want.Kids[1].Text), object(t, refused.Payload.Text), "error") != "" {
				t.Errorf("the error of %s was %s and is %v", op, x.answer.Inner, refused)
			}
		case op == "follow":
			texts := []string{x.answer.kid().Text}
			for _, e := range x.later {
				texts = append(texts, e.kid().Text)
			}
			want, wasEnded := eventsIn(t, texts...)
			got, isEnded := eventsIn(t, append([]string{answer.Kids[0].Text}, later...)...)
			if why := lacks(want, got, "events"); why != "" || wasEnded != isEnded {
				t.Errorf("followed: %s; ended %v", why, isEnded)
			}
		case x.answer.kid() != nil:
			if why := lacks(object(t, x.answer.kid().Text), object(t, answer.Kids[0].Text), op); why != "" {
				t.Errorf("the answer: %s", why)
			}
		}
	}
}

// The client of today understands what agents of earlier versions say.
func TestAgentsOfEarlierVersionsAreUnderstood(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(r.version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { replayToClient(t, r) })
		})
	}
}

func replayToClient(t *testing.T, r traffic) {
	t.Helper()
	server := xmpptest.NewRouter()
	s, err := server.Open(xmpptest.AgentJID)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	left := slices.Clone(r.calls)
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) {
			if e.Local != "iq" || e.Type() != "set" && e.Type() != "get" || len(e.Kids) == 0 {
				return
			}
			call := e.Kids[0]
			at := slices.IndexFunc(left, func(x exchange) bool { return call.Local == "call" && x.call.kid().attr("op") == call.Attr("op") })
			if at < 0 { // it asks whether its call has arrived, or who we are
				_ = s.Raw(fmt.Sprintf("<iq type='result' id='%s' to='%s'/>", e.ID(), e.From()))
				return
			}
			x := left[at]
			left = slices.Delete(left, at, at+1)
			_ = s.Raw(fmt.Sprintf("<iq type='%s' id='%s' to='%s'>%s</iq>", x.answer.attr("type"), e.ID(), e.From(), x.answer.Inner))
			for _, m := range x.later {
				_ = s.Raw(fmt.Sprintf("<message type='headline' to='%s'>%s</message>", e.From(), m.Inner))
			}
		})
	}()
	defer func() { s.Close(); <-done }()
	versions := r.calls[0].call.kid().attr("v")
	if err := s.Raw(fmt.Sprintf("<presence><agent xmlns='urn:armonic:agent:1' versions='%s' version='%s' session='a'/></presence>", versions, versionOf(r.version))); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(xmpptest.MasterJID), Grace: -1})
	defer c.Close()
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	compareTold(t, r, talk(t, c, r.version))
	if len(left) > 0 {
		t.Errorf("the client did not ask for %s", left[0].call.Inner)
	}
}

// compareTold compares what a client was told with what it was told when it was recorded.
func compareTold(t *testing.T, r traffic, told []any) {
	t.Helper()
	if len(told) < len(r.told) {
		t.Fatalf("it was told %d things, not %d", len(told), len(r.told))
	}
	for i, want := range r.told {
		if why := lacks(object(t, want), object(t, encode(t, told[i])), fmt.Sprintf("result %d", i)); why != "" {
			t.Error(why)
		}
	}
}

// ours matches the elements of the protocol with their texts.
var ours = regexp.MustCompile(`<(call|result|events|error)( xmlns=['"]urn:armonic:agent:1['"][^>]*)>([\[{][^<]*)<`)

// newer is a tap that makes a stanza one of a later version: with attributes, elements and fields
// that nobody knows yet.
func newer(t *testing.T, seen *int, change func(x map[string]any)) func(string) string {
	t.Helper()
	return func(stanza string) string {
		return ours.ReplaceAllStringFunc(stanza, func(found string) string {
			m := ours.FindStringSubmatch(found)
			var x any
			if json.Unmarshal([]byte(unescape(m[3])), &x) != nil {
				t.Errorf("no JSON: %s", m[3])
				return found
			}
			*seen++
			text, err := json.Marshal(extended(x, "", change))
			if err != nil {
				t.Error(err)
			}
			return fmt.Sprintf("<%s%s future='yes'><future xmlns='urn:armonic:agent:1'>more</future>%s<", m[1], m[2], escaped(string(text)))
		})
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "&apos;", "'", "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

func escaped(s string) string {
	return strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(s)
}

// tables have names that operators and modules give, so that every name counts there.
var tables = regexp.MustCompile(`^(inputs|returns|attributes|flags|bind|set|stacks|conf|who|default|\$.*)$`)

func extended(x any, name string, change func(x map[string]any)) any {
	switch x := x.(type) {
	case map[string]any:
		if tables.MatchString(name) {
			return x
		}
		for k, v := range x {
			x[k] = extended(v, k, change)
		}
		for k := range x {
			if strings.HasPrefix(k, "$") {
				return x
			}
		}
		x["from_the_future"] = map[string]any{"some": []any{"thing", 1}}
		change(x)
	case []any:
		for i := range x {
			x[i] = extended(x[i], name, change)
		}
	}
	return x
}

// What a later version adds is ignored at both ends.
func TestWhatLaterVersionsAddIsIgnored(t *testing.T) {
	for _, r := range recordings(t) {
		synctest.Test(t, func(t *testing.T) {
			seen := 0
			compareTold(t, r, converse(t, r.version, newer(t, &seen, func(map[string]any) {})))
			if seen < 2*(len(r.calls)-followedAtStart)-10 {
				t.Errorf("only %d texts were changed", seen)
			}
		})
	}
}

// Values that a later version adds to those that there are cost nothing else: an event of an
// unknown kind is passed over, an error of an unknown kind is an error, a value of an unknown type is
// one.
func TestNewValuesAreTolerated(t *testing.T) {
	all := recordings(t)
	r := all[slices.IndexFunc(all, func(r traffic) bool { return r.version == versionOf(r.version) })]
	synctest.Test(t, func(t *testing.T) {
		seen := 0
		told := converse(t, r.version, newer(t, &seen, func(x map[string]any) {
			switch x["kind"] {
			case "progress":
				x["kind"] = "hologram"
			case "port":
				x["kind"] = "socket"
			case "not found":
				x["kind"] = "not quite"
			}
			if x["resource"] == "variable" {
				x["resource"] = "constant"
			}
		}))
		var events []spec.Event
		var failed *spec.Error
		for _, x := range told {
			switch x := x.(type) {
			case []spec.Event:
				if events == nil {
					events = x
				}
			case *spec.Error:
				if failed == nil {
					failed = x
				}
			}
		}
		if last := len(events) - 1; last < 5 || events[last].Kind != spec.EventRunDone || events[last].Err != nil {
			t.Errorf("the run: %+v", events)
		}
		if failed == nil || !strings.Contains(failed.Msg, "Nothing") {
			t.Errorf("the error: %v", failed)
		}
		route, ok := told[3].(spec.Route)
		if !ok || len(route.Steps) != 2 || len(route.Steps[0].Requires) != 1 || route.Steps[0].Requires[0].Vars[0].Name != "port" {
			t.Errorf("the route: %+v", told[3])
		}
	})
}
