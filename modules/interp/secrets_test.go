package interp_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// made is what a module makes of the secret pw.
func made(t *testing.T, expr string, pw value.Secret) starlark.Value {
	t.Helper()
	v, err := starlark.EvalOptions(&syntax.FileOptions{}, &starlark.Thread{}, "test", expr, starlark.StringDict{"pw": interp.Secret{Text: pw}})
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return v
}

// A text that is made of a secret is the right one where it leaves the module, and ••• where
// it is printed.
func TestWhatIsMadeOfASecret(t *testing.T) {
	const pw = `it's "a" \\ %s {} secret`
	var s interp.Secrets
	s.Learn([]any{value.Secret(pw)})
	for expr, want := range map[string]string{
		`"requirepass %s" % pw`:                 `requirepass ` + pw,
		`"%s:%s" % ("u", pw)`:                   `u:` + pw,
		`"{}:{p}".format("u", p = pw)`:          `u:` + pw,
		`"a" + pw + "b"`:                        `a` + pw + `b`,
		`pw + pw`:                               pw + pw,
		`",".join(["a", str(pw)])`:              `a,` + pw,
		`("pass %s " % pw).strip()`:             `pass ` + pw,
		`("pass %s" % pw).replace("pass", "")`:  ` ` + pw,
		`("PASS %s" % pw).lower()`:              `pass ` + pw,
		`"%s" % pw.quote_sql()`:                 `'it''s "a" \\ %s {} secret'`,
		`"" + pw.quote_sql(backslashes = True)`: `'it''s "a" \\\\ %s {} secret'`,
		`"" + pw.quote_shell().quote_shell()`:   interp.QuoteShell(interp.QuoteShell(pw)),
		`"" + pw.quote_shell()`:                 `'it'\''s "a" \\ %s {} secret'`,
	} {
		text := string(made(t, expr, pw).(starlark.String))
		got, secret, err := s.Reveal(text)
		if err != nil || !secret || got != want {
			t.Errorf("%s is %q, %v, %v", expr, got, secret, err)
		}
		if shown := s.Hide(text); strings.Contains(shown, "secret") || !strings.Contains(shown, value.Hidden) || strings.ContainsAny(shown, "\uFDD0\uFDD1") {
			t.Errorf("%s is shown as %q", expr, shown)
		}
		if shown := s.Hide(strconv.Quote(text)); strings.Contains(shown, "ufdd") || !strings.Contains(shown, value.Hidden) {
			t.Errorf("%s in quotes is shown as %q", expr, shown)
		}
		if x, err := s.Restore([]any{text, "plain"}); err != nil || !cmp.Equal(x, []any{value.Secret(want), "plain"}) {
			t.Errorf("%s is returned as %#v, %v", expr, x, err)
		}
	}
}

func TestASecretIsNoKeyOfADict(t *testing.T) {
	_, err := interp.ToGo(made(t, `{"a %s" % pw: 1}`, "hunter22"))
	if err == nil || !strings.Contains(err.Error(), "cannot be secret") || strings.Contains(err.Error(), "hunter22") {
		t.Errorf("the error is %v", err)
	}
}

// A secret that was cut never goes anywhere, nor does a part of it.
func TestACutSecretIsAnError(t *testing.T) {
	var s interp.Secrets
	s.Learn(value.Secret("hunter22"))
	for _, expr := range []string{`("a %s b" % pw)[:9]`, `("a %s b" % pw)[9:]`, `("a%s" % pw).replace("1", "").replace("2", "")`, `("%s" % pw)[5:9] + "\uFDD1"`} {
		text := string(made(t, expr, "hunter22").(starlark.String))
		if _, _, err := s.Reveal(text); spec.KindOf(err) != spec.Failed || spec.HintOf(err) == "" {
			t.Errorf("%s: %v", expr, err)
		}
		if shown := s.Hide(text); strings.ContainsAny(shown, "\uFDD0\uFDD1") {
			t.Errorf("%s is shown as %q", expr, shown)
		}
	}
	var none interp.Secrets
	if _, _, err := none.Reveal(string(made(t, `"%s" % pw`, "another").(starlark.String))); err == nil {
		t.Error("a secret of another call is no error")
	}
}
