package yamltext_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/yamltext"
)

func TestScalarsStayAsTheyAreWritten(t *testing.T) {
	for _, s := range []string{"0644", "007", "010", "0o17", "0x10", "0b11", "1.10", "1e3", "1_000", "+80", ".5", ".inf", "yes", "On", "True", "n",
		"2020-01-02", "12:30:45", "99999999999999999999999", "a b", "web*", "-1", "a:b", "a#b"} {
		n, err := yamltext.Parse([]byte("k: " + s + "   # a comment\nl: [" + s + ", '" + s + "']\n"))
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		want := map[string]any{"k": s, "l": []any{s, s}}
		if diff := cmp.Diff(want, n.Value()); diff != "" {
			t.Errorf("%s: %s", s, diff)
		}
		if k, l := n.Get("k"), n.Get("l"); !k.Plain || k.Line != 1 || l.Line != 2 || !l.Items[0].Plain || l.Items[1].Plain {
			t.Errorf("%s: %+v %+v", s, k, l.Items)
		}
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text string
		want any
	}{
		{"", nil},
		{"# nothing\n", nil},
		{"a:\nb: ~\nc: null\nd: ''\ne: \"null\"", map[string]any{"a": nil, "b": nil, "c": nil, "d": "", "e": "null"}},
		{"007: !!str 5\n\"q k\": |\n  x\n  y\n", map[string]any{"007": "5", "q k": "x\ny\n"}},
		{"a: [0644, {b: 010}]", map[string]any{"a": []any{"0644", map[string]any{"b": "010"}}}},
		{"\ufeffa: 1\r\n", map[string]any{"a": "1"}},
	} {
		n, err := yamltext.Parse([]byte(tt.text))
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		} else if diff := cmp.Diff(tt.want, n.Value()); diff != "" {
			t.Errorf("%q: %s", tt.text, diff)
		}
	}
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	for _, tt := range []struct {
		text string
		line int
		msg  string
		hint string
	}{
		{"a: 1\na: 2", 2, `"a" is here a second time; the first is in line 1`, "leave one of them out"},
		{"a:\n  - b\n  - &x 1", 3, "a name for a value (&x) is not read here", `"&x"`},
		{"a: &x 1\nb: *x", 1, "a name for a value (&x) is not read here", `"&x"`},
		{"a: 1\nb: *web", 2, "a reference (*…) is not read here", "in quotes"},
		{"a: !secret x", 1, "a tag (!secret) is not read here", "in quotes"},
		{"a: !!int 5", 1, "a tag (!!int) is not read here", "leave it out"},
		{"x: 1\na: @web", 2, `a text cannot begin with "@"`, "in quotes"},
		{"a: `x`", 1, "a text cannot begin with \"`\"", "in quotes"},
		{"a: %x", 1, `a text cannot begin with "%"`, "in quotes"},
		{"a:\n\tb: 1", 2, "there is a tab here", "blanks"},
		{"a: b: c", 1, `there is a ": " where none can be`, "in quotes"},
		{"a: 1\n b: 2", 2, `there is a ": " where none can be`, "indent it"},
		{"a: 1\nb: 'x\nc: 2\n", 2, "a quote is not closed", "begins here"},
		{"a: 1\nb: [1, 2\nc: 2\n", 2, "a bracket is not closed", "ends with ]"},
		{`a: "\q"`, 1, `this is no escape: in "…" a \ is written \\`, "just that"},
		{"a: 1\n---\nb: 2", 2, "a second document begins here", "---"},
		{"a: x\x01", 1, "there is a control character here (0x01)", `\x01`},
		{"a: 1\nb: \xff", 2, "this is not UTF-8", ""},
		{"? [a]\n: b", 1, "this key is not a text", "KEY: VALUE"},
		{"a: {<<: {b: 1}}", 1, "this key is not a text", "KEY: VALUE"},
		{strings.Repeat("[", 100000), 1, "this is nested too deeply", ""},
		{"- a\nb: 1", 2, "this cannot be read as YAML", "indented"},
		{"a: }", 1, "this cannot be read as YAML", "brackets"},
	} {
		n, err := yamltext.Parse([]byte(tt.text))
		var e *yamltext.Error
		if !errors.As(err, &e) || e.Line != tt.line || e.Msg != tt.msg || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%.40q: %+v %v", tt.text, n, e)
		}
	}
}

// Whatever is written reads back the same, here and by a reader of YAML that guesses.
func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"yes", "null", "~", "0644", "1e3", "2020-01-02", "", " a", "a ", "a: b", "- a", "#", "'", `"`, `\`,
		"a\nb", "\x00", "\u2028", "<<", "=", ".", "./A.b.c[h#2]/D", "[a]", "{}", "*x", "&x", "!x", "%x", "@x", "|", ">", "y", "NaN", strings.Repeat("k", 2000)}))
	var node func(depth int) *rapid.Generator[*yamltext.Node]
	node = func(depth int) *rapid.Generator[*yamltext.Node] {
		return rapid.Custom(func(t *rapid.T) *yamltext.Node {
			kind := 0
			if depth > 0 {
				kind = rapid.IntRange(0, 3).Draw(t, "kind")
			}
			switch kind {
			case 1:
				return &yamltext.Node{Kind: yamltext.List, Items: rapid.SliceOfN(node(depth-1), 0, 3).Draw(t, "items"),
					Style: yamltext.ListForm(rapid.Bool().Draw(t, "inline"))}
			case 2:
				n := yamltext.NewTable()
				for _, k := range rapid.SliceOfNDistinct(texts, 0, 3, rapid.ID).Draw(t, "keys") {
					n.Put(k, node(depth-1).Draw(t, "value"))
				}
				return n
			case 3:
				return &yamltext.Node{Kind: yamltext.Nothing}
			}
			return yamltext.NewText(texts.Draw(t, "text"))
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		n := node(3).Draw(t, "node")
		text := n.Write()
		back, err := yamltext.Parse([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(n.Value(), back.Value()); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
		var other any
		if err := yaml.Unmarshal([]byte(text), &other); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(n.Value(), other); diff != "" {
			t.Fatalf("another reader: %s\n%s", diff, text)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: [1, {b: 'c'}]\n", "- - -\n? :", "a: |\n x\n", "&a *a", "%YAML 1.2\n---\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := yamltext.Parse(text)
		if err != nil {
			return
		}
		back, err := yamltext.Parse([]byte(n.Write()))
		if err != nil || !cmp.Equal(n.Value(), back.Value()) {
			t.Errorf("%q is written as %q: %v", text, n.Write(), err)
		}
	})
}
