package template_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/modules/template"
	"github.com/armonic/armonic/spec"
)

func values() map[string]any {
	return map[string]any{
		"port": 8080, "name": "wiki", "debug": true, "none": nil, "ratio": 0.5, "quoted": `a "b" c\d`, "hostile": "{{ port }}{% for %}",
		"conf":  map[string]any{"title": "A wiki", "memory": 64},
		"links": []any{map[string]any{"name": "a", "url": "http://a"}, map[string]any{"name": "b", "url": "http://b"}},
	}
}

func TestRender(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing to do", "plain\ntext\n", "plain\ntext\n"},
		{"no newline at the end", "plain", "plain"},
		{"empty", "", ""},
		{"values", "{{ port }} {{ name }} {{ debug }} {{ ratio }} [{{ none }}] {{ conf.title }} {{ conf['memory'] }}\n", "8080 wiki True 0.5 [] A wiki 64\n"},
		{"values are not rendered again", "{{ hostile }}\n", "{{ port }}{% for %}\n"},
		{"a loop", "{% for l in links %}{{ loop.index }} {{ l.name }}={{ l.url }}{% if not loop.last %}, {% endif %}{% endfor %}\n", "1 a=http://a, 2 b=http://b\n"},
		{"a loop with a condition", "{% for l in links if l.name == 'b' %}{{ l.url }}{% else %}none{% endfor %}", "http://b"},
		{"a loop over a dict, in order", "{% for k, v in conf.items() %}{{ k }}={{ v }};{% endfor %}", "memory=64;title=A wiki;"},
		{"a loop over nothing", "{% for l in none or [] %}x{% else %}none{% endfor %}", "none"},
		{"leaving a loop", "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02"},
		{"lines of structures vanish by -", "a\n{% if debug -%}\nb\n{% endif -%}\nc\n", "a\nb\nc\n"},
		{"set", "{% set url = 'http://%s:%d'|format(name, port) %}{{ url }}", "http://wiki:8080"},
		{"a counter", "{% set n = namespace(x=0) %}{% for l in links %}{% set n.x = n.x + 2 %}{% endfor %}{{ n.x }}", "4"},
		{"with", "{% with a = 1 %}{{ a }}{% endwith %}", "1"},
		{"raw, and comments", "{# no #}{% raw %}{{ port }}{% endraw %}", "{{ port }}"},
		{"defaults", "{{ nope|default('x') }} {{ conf.nope|default('y') }} {{ none|default('z') }} {{ nope is defined }}", "x y z False"},
		{"filters", "{{ name|upper }} {{ links|map(attribute='name')|join(',') }} {{ quoted|tojson }} {{ [3, 1]|sort|first }}", `WIKI a,b "a \"b\" c\\d" 1`},
		{"methods", "{{ name.upper() }} {{ conf.get('x', 1) }} {{ name.split('k')|length }}", "WIKI 1 2"},
		{"range", "{{ range(3)|join(' ') }} {{ range(5, 1, -2)|join(' ') }}", "0 1 2 5 3"},
		{"a condition in place", "{{ 'on' if debug else 'off' }}", "on"},
		{"other languages' brackets", "{ ${x} $(y) %d 100% #{z} }", "{ ${x} $(y) %d 100% #{z} }"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 3 { // always the same
				if got, err := template.Render(t.Context(), "t", c.text, values()); err != nil || got != c.want {
					t.Fatalf("it becomes %q, %v", got, err)
				}
			}
		})
	}
}

func TestRenderThatCannotBe(t *testing.T) {
	for _, c := range []struct{ name, text, msg, hint string }{
		{"no value", "a\n\n{{ prot }}\n", `t, line 3: there is no value "prot"`, "did you mean 'port'?"},
		{"no value in a structure", "\n{% if debug %}\n{% if nope %}{% endif %}{% endif %}", `t, line 3: there is no value "nope"`, ""},
		{"no value in the condition of a loop", "\n{% for l in links if nope %}x{% endfor %}", `t, line 2: there is no value "nope"`, ""},
		{"no value to loop over", "{% for l in nope %}x{% endfor %}", `t, line 1: there is no value "nope"`, ""},
		{"no value deep in", "{{ 'a' ~ (nope|upper) }}", `there is no value "nope"`, ""},
		{"no value in a list", "{{ [nope]|join(',') }}", `there is no value "nope"`, ""},
		{"no attribute", "{{ conf.titel }}", `t, line 1: there is no "titel"`, "default"},
		{"no item", "{{ conf['titel'] }}", `there is no "titel"`, ""},
		{"no element", "{{ links[7].name }}", `there is no "7"`, ""},
		{"no filter", "{{ name|uper }}", `there is no filter "uper"`, "upper"},
		{"no method", "{{ name.uper() }}", `no method "uper"`, ""},
		{"methods that change values", "{{ links.append(1) }}", `no method "append"`, ""},
		{"no function", "{{ lipsum() }}", `"lipsum"`, ""},
		{"a loop over no list", "{% for x in port %}{% endfor %}", "no list", ""},
		{"a loop over what was not given", "{% for x in none %}{% endfor %}", "no list", "{% if x %}"},
		{"not closed", "a\n{{ port", "t, line 2: ", ""},
		{"no end", "a\n{% if debug %}", "t, line 2: ", ""},
		{"an end too many", "{% endif %}", "there is no {% endif %} here", ""},
		{"a text that is not closed", "{{ 'a }}", "t: ", "quote"},
		{"not text", "\xff{{ port }}", "not UTF-8", "ctx.host.file"},
		{"zero bytes", "a\x00", "not UTF-8", ""},
		{"by zero", "{{ port % 0 }}", "cannot be rendered", "never by 0"},
		{"Python's way to format", "{{ '%d' % port }}", "does not format", "format(x)"},
		{"other files", "{% include '/etc/passwd' %}", "there is no {% include %} here", "loads no other"},
		{"other files", "{% import '/etc/passwd' as x %}", "there is no {% import %} here", ""},
		{"other files", "{% extends '/etc/passwd' %}", "there is no {% extends %} here", ""},
		{"endless recursion", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "there is no {% macro %} here", ""},
		{"endless recursion", "{% for l in links recursive %}{{ loop(links) }}{% endfor %}", "recursive", ""},
		{"chance", "{{ links|random }}", `no filter "random"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := template.Render(t.Context(), "t", c.text, values())
			e := spec.AsError(err)
			if e == nil || e.Kind != spec.Invalid || !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint, c.hint) || out != "" {
				t.Errorf("it gives %q, %+v", out, e)
			}
			if e != nil && (strings.Contains(e.Msg, "wiki") || strings.Contains(e.Msg, "8080")) {
				t.Errorf("a value is in %q", e.Msg)
			}
		})
	}
}

// A template must not hang the agent, or fill its memory.
func TestHostileTemplates(t *testing.T) {
	for _, c := range []struct{ name, text, msg string }{
		{"long", strings.Repeat("x", template.MaxText+1), "KiB long"},
		{"much output", "{% for i in range(100000) %}" + strings.Repeat("x", 100_000) + "{% endfor %}", "size limit"},
		{"one large output", "{{ 'x' * 20000000 }}", "size limit"},
		{"loops in loops", strings.Repeat("{% for i in range(100000) %}", 9) + strings.Repeat("{% endfor %}", 9), "time limit"},
		{"loops in conditions", "{% for i in range(100000) if " + strings.Repeat("range(100000)|length and ", 50) + "1 %}{% endfor %}", "time limit"},
		{"a long range", "{% for i in range(1000000000000) %}{% endfor %}", "range counts more than"},
		{"a range that turns over", "{{ range(0, 9223372036854775807, 9223372036854775000)|length }}", ""},
		{"a wide filter", "{{ name|center(1000000000) }}", "a number beyond"},
		{"what doubles", "{% set n = namespace(x='xx') %}{% for i in range(64) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "size limit: n becomes too large"},
		{"a list that doubles", "{% set n = namespace(x=[1]) %}{% for i in range(64) %}{% set n.x = n.x + n.x %}{% endfor %}", "size limit"},
		{"what holds itself", "{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}", "size limit"},
		{"deep structures", strings.Repeat("{% if 1 %}", 5000) + strings.Repeat("{% endif %}", 5000), "nested"},
		{"deep brackets", "{{ " + strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000) + " }}", "words and signs"},
		{"many nots", "{{ " + strings.Repeat("not ", 60000) + "1 }}", "words and signs"},
		{"a large text into memory", "{% set x %}{% for i in range(100000) %}xxxxxxxxxx{% endfor %}{% endset %}", "without ="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.msg == "time limit" {
				t.Skip("it takes seconds")
			}
			begun := time.Now()
			out, err := template.Render(t.Context(), "t", c.text, values())
			if c.msg != "" && (err == nil || !strings.Contains(err.Error(), c.msg)) {
				t.Errorf("it gives %d bytes, %v", len(out), err)
			}
			if took := time.Since(begun); took > 4*template.MaxTime {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestRenderingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := template.Render(ctx, "t", "{{ port }}", values()); spec.KindOf(err) != spec.Canceled {
		t.Errorf("it ends with %v", err)
	}
}

func FuzzRender(f *testing.F) {
	for _, text := range []string{"{{ port }}", "{% for l in links %}{{ l.name|upper }}{% endfor %}", "{% set a = [1, 2] %}{{ a[0] }}", "{#", "{% raw %}", "{{ a.b[1:2] }}", "{{ 1 % 0 }}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := template.Render(t.Context(), "t", text, values())
		again, errAgain := template.Render(t.Context(), "t", text, values())
		if first != again || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("%q, %v, then %q, %v", first, err, again, errAgain)
		}
		if err != nil && spec.KindOf(err) != spec.Invalid {
			t.Errorf("it ends with %v", err)
		}
	})
}
