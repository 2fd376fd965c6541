package value_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/value"
)

// secrets are texts with everything that programs write otherwise.
func secrets() []value.Secret {
	return []value.Secret{"hunter2", `pa'ss"w\ord$1`, "it's/a+b&c=<d> e", "grüße🔑schlüssel", "two\nlines of it", "tick`!#%41%2f", value.Secret(strings.Repeat("0123456789'abc", 450))}
}

func TestASecretIsHiddenInEveryForm(t *testing.T) {
	ways := map[string]func(string) string{
		"plain":        func(s string) string { return s },
		"shell":        func(s string) string { return "sh -c '" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
		"shell, other": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" },
		"sql":          func(s string) string { return "near '" + strings.ReplaceAll(s, "'", "''") + "' at line 1" },
		"sql in shell": func(s string) string {
			return strings.ReplaceAll("'"+strings.ReplaceAll(s, "'", "''")+"'", "'", `'\''`)
		},
		"json":             func(s string) string { b, _ := json.Marshal(map[string]string{"password": s}); return string(b) },
		"json in json":     func(s string) string { a, _ := json.Marshal(s); b, _ := json.Marshal(string(a)); return string(b) },
		"go":               strconv.Quote,
		"go, ascii":        strconv.QuoteToASCII,
		"query":            func(s string) string { return "https://h/?p=" + url.QueryEscape(s) },
		"user information": func(s string) string { return "mysql://u:" + url.PathEscape(s) + "@h/" },
		"html":             html.EscapeString,
		"base64":           func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, url":      func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"basic auth":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte("ab:" + s)) },
		"within base64":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s + ", and more")) },
		"echo to base64":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s + "\n")) },
	}
	for _, s := range secrets() {
		var r value.Redactor
		r.Learn(map[string]any{"list": []any{s}})
		for name, write := range ways {
			if strings.Contains(name, "json in json") && len(s) > 100 {
				continue
			}
			text := "before " + write(s.Reveal()) + " after"
			got := r.Redact(text)
			if got == text || len(got) > len(text)-len(s)/2 && len(s) > 100 {
				t.Errorf("%s of %.40q: %.200q", name, s.Reveal(), got)
			}
			if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %.40q: the text around it is gone: %.200q", name, s.Reveal(), got)
			}
			for _, part := range halves(s.Reveal()) {
				if strings.Contains(got, part) {
					t.Errorf("%s of %.40q: %q is left", name, s.Reveal(), part)
				}
			}
		}
	}
}

// halves are the longer parts of a secret that need no escape.
func halves(s string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > 'z' || r > '9' && r < 'A' }) {
		if len(f) > 4 {
			out = append(out, f)
		}
	}
	return out
}

func TestProgramsPrintASecret(t *testing.T) {
	bash := need.Program(t, "bash")
	for _, c := range []struct{ name, script string }{
		{"bash", `printf '%q\n' "$S"; echo "${S@Q}"; set -x; : "$S"`},
		{"base64", `printf %s "$S" | base64; printf 'user:%s' "$S" | base64 -w0; echo "$S" | base64`},
	} {
		for _, s := range secrets() {
			if s == "two\nlines of it" && c.name == "base64" {
				continue
			}
			cmd := exec.Command(bash, "-c", c.script)
			cmd.Env = []string{"S=" + s.Reveal(), "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatal(err)
			}
			var r value.Redactor
			r.Learn(s)
			got := r.Redact(string(text))
			for _, part := range halves(s.Reveal()) {
				if strings.Contains(got, part) || strings.Contains(got, base64.RawStdEncoding.EncodeToString([]byte(part))[:6]) {
					t.Errorf("%s of %.40q: %.200q", c.name, s.Reveal(), got)
				}
			}
		}
	}
}

func TestTheLongestSecretGoesFirst(t *testing.T) {
	for _, c := range []struct {
		secrets    []any
		text, want string
	}{
		{[]any{value.Secret("hunter2"), value.Secret("hunter2-prod")}, "hunter2-prod hunter2", "••• •••"},
		{[]any{value.Secret("abcdef"), value.Secret("defghi")}, "xabcdefghix", "x•••x"},
		{[]any{value.Secret("hunter2")}, "hunter2hunter2", "••••••"},
		{[]any{value.Secret("abab")}, "ababab", "•••"},
		{[]any{value.Secret("x1")}, "x1 ax1 (x1) x12", "••• ax1 (•••) x12"},
		{[]any{value.Secret("")}, "nothing is secret", "nothing is secret"},
		{nil, "nothing is secret", "nothing is secret"},
	} {
		var r value.Redactor
		r.Learn(c.secrets...)
		if got := r.Redact(c.text); got != c.want {
			t.Errorf("%q with %d secrets: %q, want %q", c.text, len(c.secrets), got, c.want)
		}
	}
	if got := (*value.Redactor)(nil).Redact("text"); got != "text" {
		t.Errorf("a redactor that is not there: %q", got)
	}
}

// TestWriter writes texts in pieces of every size.
func TestWriter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var r value.Redactor
	for _, s := range secrets() {
		r.Learn(s)
	}
	for i := range 2000 {
		var text strings.Builder
		for range random.IntN(4) {
			fmt.Fprintf(&text, "line %d hunter ", i)
			s := secrets()[random.IntN(len(secrets()))].Reveal()
			text.WriteString([]string{s, strconv.Quote(s), url.QueryEscape(s), s[:len(s)/2] + "\n"}[random.IntN(4)])
		}
		text.WriteString(" end\n")
		var out bytes.Buffer
		w := r.Writer(&out)
		for rest := text.String(); rest != ""; {
			n := min(1+random.IntN(20), len(rest))
			if random.IntN(10) == 0 {
				n = len(rest)
			}
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := r.Redact(text.String()); out.String() != want {
			t.Fatalf("in pieces %.300q\nat once %.300q", out.String(), want)
		}
	}
}

func TestAnOutputThatEndsWithinASecret(t *testing.T) {
	var r value.Redactor
	r.Learn(value.Secret("correct horse battery"))
	var out bytes.Buffer
	w := r.Writer(&out)
	fmt.Fprint(w, "the password is correct horse b")
	if out.String() != "the password is " {
		t.Errorf("passed on too early: %q", out.String())
	}
	if err := w.Flush(); err != nil || out.String() != "the password is •••" {
		t.Errorf("%q, error %v", out.String(), err)
	}
	fmt.Fprint(w, ", co")
	if err := w.Flush(); err != nil || out.String() != "the password is •••, co" {
		t.Errorf("%q, error %v", out.String(), err)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("hunter2", "the password is hunter2")
	f.Add("a'b\"c", `x a''b"c`)
	f.Fuzz(func(t *testing.T, secret, text string) {
		var r value.Redactor
		r.Learn(value.Secret(secret))
		got := r.Redact(text + secret + text)
		if text := value.Hidden; len(secret) < 4 || strings.Contains(text, secret) {
			return
		}
		if strings.Contains(strings.ReplaceAll(got, value.Hidden, ""), secret) && !strings.Contains(text+text, secret[1:]) {
			t.Errorf("%q is left in %q", secret, got)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	var r value.Redactor
	for i := range 10 {
		r.Learn(value.Secret("hunter2'" + strconv.Itoa(i)))
	}
	line := strings.Repeat("Setting up nginx (1.22.1-9) ... ", 4)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		r.Redact(line)
	}
}

func BenchmarkLearn(b *testing.B) {
	for b.Loop() {
		var r value.Redactor
		r.Learn(value.Secret(`pa'ss"w\ord$1`))
	}
}
