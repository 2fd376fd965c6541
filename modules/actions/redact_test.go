package actions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// A secret is hidden however it comes into the log of a command: in quotes, or line
// by line.
func TestCommandsHideEverySpelling(t *testing.T) {
	for _, secret := range []string{"plainsecret", `it's "quoted" \ twice`, "first line\nsecond 'line'\n", "tail\r\nrest"} {
		l := new(log)
		a := onThisHost(t, `return ctx.host.run(["sh", "-c", "printf '%s' \"$1\"; printf '%s' \"$1\" >&2; exit 3", "sh", ctx.req.r.pw]).code`)
		_, err := a(t.Context(), l.call(spec.Inputs{"r": {{"pw": value.Secret(secret)}}}))
		if err == nil {
			t.Fatalf("%q: no error", secret)
		}
		text := fmt.Sprint(l, err)
		for _, part := range strings.FieldsFunc(secret, func(r rune) bool { return strings.ContainsRune("\n\r'\"\\ ", r) }) {
			if len(part) >= 4 && strings.Contains(text, part) { // shorter ones are in other words
				t.Errorf("%q is seen in\n%s", secret, text)
			}
		}
	}
}
