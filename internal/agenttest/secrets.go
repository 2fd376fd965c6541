//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// The caller is one who may deploy: what a provide returns may be what the next one needs.
func passwordArrives(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("password", nil)))
	for range 2 { // while it is executed, and afterwards
		CheckPassword(t, eventsOf(t, a, "r1"))
	}
}

// CheckPassword fails unless the events of a run tell the returned password to whoever
// asks for it, and to nobody who only prints them.
func CheckPassword(t testing.TB, events []spec.Event) {
	t.Helper()
	var got any
	for _, ev := range events {
		if table, ok := ev.Returns.(map[string]any); ok {
			got = table["password"]
			if table["user"] != "armonic" {
				t.Errorf("the user is %v", table["user"])
			}
		}
	}
	if got != value.Secret(Password) {
		t.Errorf("the password arrives as a %T of %d bytes", got, len(fmt.Sprint(value.Canonical(got).Reveal())))
	}
	if strings.Contains(fmt.Sprintf("%+v", events), Password) {
		t.Error("the events show it when they are printed")
	}
}

func passwordInNoStack(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("password", nil)))
	eventsOf(t, a, "r1")
	calls := called(stack(t, a, "Bench"))
	if len(calls) != 1 || calls[0].Provide != "password" {
		t.Fatalf("the history is %+v", calls)
	}
	value.Walk(calls, func(leaf any) {
		if text, ok := leaf.(string); ok && strings.Contains(text, Password) {
			t.Error("the history has the password as a text")
		}
	})
}
