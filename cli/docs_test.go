package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/cli/output"
)

// manual is docs/cli.md by section: the text below "## armonic state" and so on.
func manual(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, part := range strings.Split(string(text), "\n## ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		out[name] = body
	}
	return out
}

var flagRow = regexp.MustCompile("(?m)^\\| `(?:-[a-zA-Z] )?--([a-z-]+)")

// TestManualListsCommands compares the commands and flags of the manual with those
// there are.
func TestManualListsCommands(t *testing.T) {
	sections, commands := manual(t), cli.Commands()
	sections["armonic"] = sections["Flags of every command"]
	for name := range sections {
		if _, ok := commands[name]; !ok && strings.HasPrefix(name, "armonic ") {
			t.Errorf("docs/cli.md describes %q, which is no command", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		text, ok := sections[name]
		if !ok {
			t.Errorf("docs/cli.md has no section %q", "## "+name)
			continue
		}
		rows := strings.ReplaceAll(text, "`, `--", " --") // `-o`, `--output FORMAT`
		var listed []string
		for _, m := range flagRow.FindAllStringSubmatch(rows, -1) {
			listed = append(listed, m[1])
		}
		slices.Sort(listed)
		if want := slices.Sorted(slices.Values(commands[name])); !slices.Equal(listed, want) {
			t.Errorf("the table of %q lists the flags %v, there are %v", name, listed, want)
		}
	}
}

func TestManualListsExitCodes(t *testing.T) {
	var want []string
	for _, code := range []int{output.ExitOK, output.ExitFailed, output.ExitUsage, output.ExitAnswers, output.ExitUnreachable, output.ExitInterrupted} {
		want = append(want, fmt.Sprint(code))
	}
	var listed []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \|`).FindAllStringSubmatch(manual(t)["Exit codes"], -1) {
		listed = append(listed, m[1])
	}
	if !slices.Equal(listed, want) {
		t.Errorf("the manual lists the exit codes %v, there are %v", listed, want)
	}
}

// TestManualShowsWhatIsPrinted runs each command of the manual that is followed by
// its output, and compares the last lines of it.
func TestManualShowsWhatIsPrinted(t *testing.T) {
	text, err := os.ReadFile("../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	answers, err := os.ReadFile("../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, answers...)
	examples := regexp.MustCompile("(?s)```sh\n(armonic [^\n]*--demo[^\n]*)\n```\n```(json|text)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(examples) < 15 {
		t.Fatalf("there are only %d examples", len(examples))
	}
	for _, e := range examples {
		line, form, want := e[1], e[2], e[3]
		var out bytes.Buffer
		cli.Run(words(line)[1:], cli.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard})
		if form == "text" {
			if out.String() != want {
				t.Errorf("%s\nprints\n%s\nnot\n%s", line, out.String(), want)
			}
			continue
		}
		got, shown := values(t, line, out.String()), values(t, line, want)
		if len(got) < len(shown) {
			t.Errorf("%s\nprints\n%s\nnot\n%s", line, out.String(), want)
			continue
		}
		for i, w := range shown {
			if g := got[len(got)-len(shown)+i]; !like(g, w) {
				t.Errorf("%s\nprints\n%v\nnot\n%v", line, g, w)
			}
		}
	}
}

// words splits a command line at blanks outside of quotes.
func words(line string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`).FindAllString(line, -1) {
		out = append(out, strings.Trim(m, `'"`))
	}
	return out
}

func values(t *testing.T, line, text string) (out []any) {
	t.Helper()
	for dec := json.NewDecoder(strings.NewReader(text)); ; {
		var x any
		err := dec.Decode(&x)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Errorf("%s: %v in\n%s", line, err, text)
			return out
		}
		out = append(out, x)
	}
}

// like reports whether x is what is shown, where "…" is anything.
func like(x, shown any) bool {
	switch s := shown.(type) {
	case string:
		return s == "…" || x == shown
	case []any:
		xs, ok := x.([]any)
		return ok && slices.EqualFunc(xs, s, like)
	case map[string]any:
		m, ok := x.(map[string]any)
		if !ok || len(m) != len(s) {
			return false
		}
		for k, v := range s {
			if y, has := m[k]; !has || !like(y, v) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(x, shown)
}
