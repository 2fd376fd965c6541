package editor_test

import (
	"reflect"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/editor"
	"github.com/armonic/armonic/tui/widget"
	"github.com/armonic/armonic/value"
)

func open(t testing.TB, q resolver.Question) *editor.Editor {
	t.Helper()
	l, err := widget.NewLook("none", "unicode")
	if err != nil {
		t.Fatal(err)
	}
	return editor.Open(l, q, nil)
}

func question(v spec.Variable, now any) resolver.Question {
	return resolver.Question{Key: resolver.Key{Node: ".", Kind: resolver.AskValue, Name: v.Name}, Var: v, Value: now, Status: resolver.OK}
}

func press(e *editor.Editor, keys ...string) (last editor.Outcome) {
	special := map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "down": tea.KeyDown, "up": tea.KeyUp, "clear": tea.KeyCtrlU, "end": tea.KeyEnd, "home": tea.KeyHome,
		"space": tea.KeySpace, "backspace": tea.KeyBackspace}
	for _, k := range keys {
		if t, ok := special[k]; ok {
			last = e.Type(tea.KeyMsg{Type: t})
			continue
		}
		for _, r := range k {
			last = e.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
	return last
}

func shown(e *editor.Editor) string {
	lines, _ := e.Draw(70, 20)
	return ansi.Strip(strings.Join(lines, "\n"))
}

func TestValues(t *testing.T) {
	hi := 10.0
	list := spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: spec.Type{Kind: spec.KindInt}}}
	for _, c := range []struct {
		name string
		v    spec.Variable
		now  any
		keys []string
		want any
		text string // shown when it is refused
	}{
		{name: "port", v: spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, now: 80, keys: []string{"clear", "8080", "enter"}, want: 8080},
		{name: "port kept", v: spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, now: 80, keys: []string{"enter"}, want: 80},
		{name: "port too high", v: spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, keys: []string{"70000", "enter"}, text: "! port must be a port from 1 to 65535, is 70000"},
		{name: "port no number", v: spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, keys: []string{"abc"}, text: `! port must be a whole number, is "abc"`},
		{name: "required", v: spec.Variable{Name: "path", Type: spec.Type{Kind: spec.KindStr}}, keys: []string{"enter"}, text: "! path is required"},
		{name: "range", v: spec.Variable{Name: "n", Type: spec.Type{Kind: spec.KindInt}, Max: &hi}, keys: []string{"11"}, text: "! n must be at most 10"},
		{name: "pattern", v: spec.Variable{Name: "n", Type: spec.Type{Kind: spec.KindStr}, Pattern: "[a-z]+", PatternError: "small letters only"}, keys: []string{"A"}, text: "small letters only"},
		{name: "list", v: spec.Variable{Name: "ns", Type: list}, keys: []string{"1, 2,3", "enter"}, want: []any{1, 2, 3}},
		{name: "list as written", v: spec.Variable{Name: "ns", Type: list}, now: []any{1, 2}, keys: []string{"enter"}, want: []any{1, 2}},
		{name: "one of", v: spec.Variable{Name: "m", Type: spec.Type{Kind: spec.KindStr}, OneOf: []any{"a", "b", "c"}}, now: "b", keys: []string{"down", "enter"}, want: "c"},
		{name: "yes", v: spec.Variable{Name: "tls", Type: spec.Type{Kind: spec.KindBool}}, keys: []string{"y"}, want: true},
		{name: "no", v: spec.Variable{Name: "tls", Type: spec.Type{Kind: spec.KindBool}}, now: true, keys: []string{"n"}, want: false},
		{name: "secret", v: spec.Variable{Name: "pw", Type: spec.Type{Kind: spec.KindPassword}}, keys: []string{"geheim1", "enter"}, want: value.Secret("geheim1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := open(t, question(c.v, c.now))
			out := press(e, c.keys...)
			if c.text != "" {
				if out.Done || !strings.Contains(shown(e), c.text) {
					t.Fatalf("outcome %+v, shown:\n%s", out, shown(e))
				}
				return
			}
			if !out.Done || !out.Keep || !out.Next || !reflect.DeepEqual(out.Value, c.want) {
				t.Errorf("outcome %+v, want the value %#v", out, c.want)
			}
		})
	}
}

func TestSuggestionsAreTakenByArrowsAndTab(t *testing.T) {
	q := question(spec.Variable{Name: "path", Type: spec.Type{Kind: spec.KindStr}}, nil)
	q.Suggestions = []resolver.Suggestion{{Value: "/srv/shop", Why: "you typed it for web1"}, {Value: "/var/www/", Why: "default of WebServer"}}
	e := open(t, q)
	if out := press(e, "down", "down", "enter"); out.Value != "/var/www/" {
		t.Errorf("the second by arrows: %+v", out)
	}
	e = open(t, q)
	if out := press(e, "/v", "tab", "enter"); out.Value != "/var/www/" {
		t.Errorf("completed: %+v", out)
	}
	if s := shown(e); !strings.Contains(s, "you typed it for web1") || !strings.Contains(s, "SUGGESTED") {
		t.Errorf("shown:\n%s", s)
	}
}

func TestASecretIsNeverShown(t *testing.T) {
	q := question(spec.Variable{Name: "pw", Type: spec.Type{Kind: spec.KindStr}, Secret: true}, value.Secret("geheim"))
	q.Suggestions = []resolver.Suggestion{{Value: value.Secret("geheim"), Why: "like"}}
	e := open(t, q)
	press(e, "hidden")
	if s := shown(e); strings.Contains(s, "geheim") || strings.Contains(s, "hidden") {
		t.Errorf("shown:\n%s", s)
	}
	e = open(t, q)
	if out := press(e, "enter"); !out.Done || out.Keep {
		t.Errorf("entering a hidden value unchanged: %+v", out)
	}
}

func TestEscDiscards(t *testing.T) {
	port := question(spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, 80)
	number := resolver.Question{Key: resolver.Key{Kind: resolver.AskCount}, Value: 1, Min: 1, Max: 3, Status: resolver.OK}
	for text, q := range map[string]resolver.Question{"70000": port, "81": port, "": port, "2": number, "x": number} {
		if out := press(open(t, q), "clear", text, "esc"); !out.Done || out.Keep || out.Next {
			t.Errorf("%q: %+v", text, out)
		}
	}
	e := open(t, resolver.Question{Key: resolver.Key{Kind: resolver.AskHosts}, Value: []spec.Host{"a"}, Min: 1, Max: 3,
		Options: []resolver.Option{{Value: spec.Host("a")}, {Value: spec.Host("b")}, {Value: spec.Host("c")}}})
	e.Do("mark")
	if out := e.Do(widget.Back); !out.Done || out.Keep {
		t.Errorf("marks: %+v", out)
	}
}

// A proposal gives way to the first letter; who wants to change a part of it goes there first.
func TestTheFirstLetterTakesThePlaceOfAProposal(t *testing.T) {
	port := question(spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, 80)
	port.Source = resolver.Default
	typed := port
	typed.Source = resolver.You
	for _, c := range []struct {
		q    resolver.Question
		keys []string
		want any
	}{
		{port, []string{"8080", "enter"}, 8080},
		{port, []string{"end", "80", "enter"}, 8080},
		{port, []string{"home", "1", "enter"}, 180},
		{port, []string{"enter"}, 80},
		{typed, []string{"80", "enter"}, 8080},
	} {
		if out := press(open(t, c.q), c.keys...); out.Value != c.want {
			t.Errorf("%s %v: %+v, want %v", c.q.Source, c.keys, out, c.want)
		}
	}
	if out := press(open(t, port), "backspace", "enter"); out.Done {
		t.Errorf("taken away: %+v", out)
	}
}

func TestLettersNarrowAChoiceOfHosts(t *testing.T) {
	q := resolver.Question{Key: resolver.Key{Kind: resolver.AskHost}, Options: []resolver.Option{
		{Value: spec.Host("db1")}, {Value: spec.Host("web1")}, {Value: spec.Host("web2"), Note: "WebServer Active"}}}
	for keys, want := range map[string]spec.Host{"web": "web1", "act": "web2", "we 2": "web2"} {
		if out := press(open(t, q), keys, "enter"); out.Value != want {
			t.Errorf("%q: %+v, want %s", keys, out, want)
		}
	}
	e := open(t, q)
	if out := press(e, "web", "esc"); out.Done || !strings.Contains(shown(e), "db1") {
		t.Errorf("esc takes what was typed away first: %+v\n%s", out, shown(e))
	}
	if out := press(e, "esc"); !out.Done || out.Keep {
		t.Errorf("then it leaves: %+v", out)
	}
	q.Key.Kind, q.Max = resolver.AskHosts, 3
	if out := press(open(t, q), "web", "*", "enter"); !reflect.DeepEqual(out.Value, []spec.Host{"web1", "web2"}) {
		t.Errorf("all that are shown: %+v", out)
	}
	if out := press(open(t, q), "2", "space", "enter"); !reflect.DeepEqual(out.Value, []spec.Host{"web2"}) {
		t.Errorf("one: %+v", out)
	}
}

// Who does not care which types how many: those with the least to do are marked, after those that
// are marked already, and can be changed.
func TestANumberOfHosts(t *testing.T) {
	l, err := widget.NewLook("none", "unicode")
	if err != nil {
		t.Fatal(err)
	}
	q := resolver.Question{Key: resolver.Key{Kind: resolver.AskHosts}, Max: 3}
	for _, h := range []spec.Host{"web1", "web2", "web3", "web4"} {
		q.Options = append(q.Options, resolver.Option{Value: h, Disabled: h == "web2", Note: map[spec.Host]string{"web2": "no agent"}[h]})
	}
	work := map[spec.Host]editor.Place{"web1": {Sign: "●", Now: "Active", Note: "busy with shop", Work: 1000}, "web3": {Becomes: "Active", Work: 1}}
	edit := func() *editor.Editor { return editor.Open(l, q, func(h spec.Host) editor.Place { return work[h] }) }
	for keys, want := range map[string][]spec.Host{"2": {"web4", "web3"}, "3": {"web4", "web3", "web1"}} {
		e := edit()
		press(e, keys, "enter")
		if out := press(e, "enter"); !reflect.DeepEqual(out.Value, want) {
			t.Errorf("%s hosts: %+v, want %v", keys, out, want)
		}
	}
	e := edit()
	press(e, "space")
	press(e, "2")
	if text := shown(e); !strings.Contains(text, "enter marks 2: web1 web4") {
		t.Errorf("what is marked stays:\n%s", text)
	}
	press(e, "enter")
	for _, want := range []string{"[1] ● web1  Active", "busy with shop", "[-]   web2", "no agent", "[2]   web4", "order: web1 web4"} {
		if text := shown(e); !strings.Contains(text, want) {
			t.Errorf("%q is not shown:\n%s", want, text)
		}
	}
	e = edit()
	if press(e, "4", "enter"); !strings.Contains(shown(e), "at most 3 can be given") {
		t.Errorf("too many:\n%s", shown(e))
	}
}

func TestAHostThatCannotBeChosenSaysWhy(t *testing.T) {
	q := resolver.Question{Key: resolver.Key{Kind: resolver.AskHost}, Options: []resolver.Option{
		{Value: spec.Host("web4"), Note: "no agent", Disabled: true}, {Value: spec.Host("web1")}}}
	e := open(t, q)
	e.Do(widget.First)
	if out := e.Do(editor.Keep); out.Done || !strings.Contains(shown(e), "web4 cannot be chosen: no agent") {
		t.Errorf("%+v, shown:\n%s", out, shown(e))
	}
	e.Do(widget.Down)
	if out := e.Do(editor.Keep); out.Value != spec.Host("web1") {
		t.Errorf("%+v", out)
	}
}

func TestAThousandOptionsAreFast(t *testing.T) {
	v := spec.Variable{Name: "m", Type: spec.Type{Kind: spec.KindInt}}
	for i := range 10000 {
		v.OneOf = append(v.OneOf, i)
	}
	e := open(t, question(v, nil))
	if e.Text() {
		t.Error("it is not a list")
	}
	n := testing.AllocsPerRun(10, func() { e.Do(widget.Down); e.Draw(70, 20) })
	if n > 2000 {
		t.Errorf("%v allocations for a key", n)
	}
}

func TestALongWideValueIsShown(t *testing.T) {
	e := open(t, question(spec.Variable{Name: "name", Type: spec.Type{Kind: spec.KindStr}}, strings.Repeat("漢字", 40)))
	press(e, "end")
	for _, w := range []int{20, 21, 70, 71} {
		lines, at := e.Draw(w, 10)
		if s := ansi.Strip(lines[0]); !strings.HasSuffix(strings.TrimRight(s, " "), "漢字") || ansi.StringWidth(s) > w || at.X >= w {
			t.Errorf("in %d columns, cursor at %d: %q", w, at.X, s)
		}
	}
}
