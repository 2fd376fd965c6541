package session_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

func refused(typ, condition string) string {
	return "<iq type='error' id='register'><error type='" + typ + "'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
}

// An account is registered if the server refuses it, and only then: servers limit how
// often anybody may try, and count those who have an account already.
func TestAnAccountThatExistsIsNotRegisteredAgain(t *testing.T) {
	s := (&scripted{password: "correct horse", register: refused("wait", "resource-constraint")}).start(t)
	a := s.account()
	a.Register, a.Resource = true, "agent"
	for range 3 {
		x, err := a.Open(t.Context())
		if err != nil {
			t.Fatalf("%v (%s)", err, spec.HintOf(err))
		}
		x.Close()
	}
	if logins, registrations := s.counts(); logins != 3 || registrations != 0 {
		t.Errorf("%d logins, %d registrations", logins, registrations)
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		register string
		kind     spec.Kind
		says     string
	}{
		"throttled by Prosody":  {refused("wait", "policy-violation"), spec.Unavailable, "no further accounts for now"},
		"throttled by ejabberd": {refused("wait", "resource-constraint"), spec.Unavailable, "no further accounts for now"},
		"forbidden":             {refused("auth", "forbidden"), spec.Denied, "does not let this host make accounts"},
		"not allowed":           {refused("cancel", "not-allowed"), spec.Denied, "does not let this host make accounts"},
		"exists":                {refused("cancel", "conflict"), spec.Denied, "password of alice@example.com, an account that exists"},
		"weak password":         {refused("modify", "not-acceptable"), spec.Invalid, "does not accept the name or the password"},
		"not offered":           {"", spec.Denied, "or has no such account"},
		"made, but not let in":  {"<iq type='result' id='register'/>", spec.Denied, "refuses the password"},
	} {
		t.Run(name, func(t *testing.T) {
			s := (&scripted{register: tt.register}).start(t)
			a := s.account()
			a.Register = true
			_, err := a.Open(t.Context())
			if spec.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || spec.HintOf(err) == "" {
				t.Errorf("error is %v of kind %q (%s)", err, spec.KindOf(err), spec.HintOf(err))
			}
			if strings.Contains(err.Error()+spec.HintOf(err), a.Password.Reveal()) {
				t.Error("the password is in the error")
			}
			if _, n := s.counts(); tt.register != "" && (n != 1 || !strings.Contains(s.registered, "<username>alice</username>")) {
				t.Errorf("%d registrations: %s", n, s.registered)
			}
		})
	}
}

// What a server says to a login is told as what a person can do about it.
func TestLoginsThatAreRefused(t *testing.T) {
	bind := func(typ, condition string) string {
		return "<error type='" + typ + "'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
	}
	const password = "correct horse"
	for name, tt := range map[string]struct {
		server *scripted
		kind   spec.Kind
		says   string
	}{
		"account disabled":   {&scripted{refuse: "account-disabled"}, spec.Denied, "does not let alice@example.com in: account-disabled"},
		"cannot check":       {&scripted{refuse: "temporary-auth-failure"}, spec.Unavailable, "cannot check passwords now"},
		"resource taken":     {&scripted{password: password, bind: bind("cancel", "conflict")}, spec.Conflict, "another program is connected as alice@example.com/agent"},
		"another resource":   {&scripted{password: password, resource: "agent2"}, spec.Conflict, "another program is connected as alice@example.com/agent"},
		"too many resources": {&scripted{password: password, bind: bind("wait", "resource-constraint")}, spec.Conflict, "too many programs"},
		"bind refused":       {&scripted{password: password, bind: bind("cancel", "not-allowed")}, spec.Unavailable, "gives no resource: not-allowed"},
		"unknown domain":     {&scripted{error: "host-unknown"}, spec.Unavailable, "does not serve this domain"},
		"limits":             {&scripted{error: "policy-violation"}, spec.Unavailable, "policy-violation"},
		"stream conflict":    {&scripted{error: "conflict"}, spec.Conflict, "the same account connected again"},
	} {
		t.Run(name, func(t *testing.T) {
			s := tt.server.start(t)
			a := s.account()
			a.Resource = "agent"
			x, err := a.Open(t.Context())
			if err == nil {
				x.Close()
			}
			if spec.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || spec.HintOf(err) == "" && name != "cannot check" && name != "bind refused" {
				t.Errorf("error is %v of kind %q (%s)", err, spec.KindOf(err), spec.HintOf(err))
			}
		})
	}
}
