package modules

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

func varSignature() *signature {
	return &signature{
		name: "var", npos: 2, required: 2, returns: "var",
		doc: "One typed, validated value.",
		params: []param{
			{"name", "str", "", "Its name: ctx.req.<require>.<name>."},
			{"type", "type", "", "What values it takes; see the types below."},
			{"default", "Any", "", "Its value, if none is given."},
			{"required", "bool", "True", "Whether it must have a value."},
			{"pattern", "str", "", "A regular expression (RE2) that the whole text must match."},
			{"pattern_error", "str", "", "What to say if it does not."},
			{"min", "float", "", "The least number."},
			{"max", "float", "", "The greatest number."},
			{"one_of", "list", "[]", "All values there are."},
			{"from_xpath", "str", "", "A variable elsewhere whose value it takes: \"Lifecycle/State/provide/require/variable\"."},
			{"modifier", "str", "", "How the module sees a text, as in \"http://%s\"."},
			{"suggest", "Callable[[ctx], Any]", "", "Gives a value that suits the host; it cannot change the host."},
			{"validate", "Callable[[ctx, Any], str | None]", "", "Gives what is wrong with a value, or None."},
			{"label", "str", "", "A few words for people."},
			{"help", "str", "", "What a person should know, in a sentence or two."},
			{"expert", "bool", "False", "Shown only to who asks for it."},
			{"secret", "bool", "False", "Never shown, logged or saved in clear; the module gets a secret."},
		},
		renamed: map[string]string{"optional": "required = False", "mandatory": "required = True", "choices": "one_of = […]",
			"regex": "pattern = \"…\"", "min_val": "min", "max_val": "max", "doc": "help"},
	}
}

func (d *defining) newVar(pos starlark.Tuple, kwargs []starlark.Tuple, at site) starlark.Value {
	a := d.bind(varSignature(), pos, kwargs, at)
	name := a.word("name")
	out := &varValue{declared: declared{"var", name, at}, v: spec.Variable{
		Name:         name,
		Optional:     !a.boolean("required", true),
		Pattern:      a.str("pattern"),
		PatternError: a.str("pattern_error"),
		Min:          a.number("min"),
		Max:          a.number("max"),
		FromXPath:    a.str("from_xpath"),
		Modifier:     a.str("modifier"),
		Label:        a.str("label"),
		Help:         a.str("help"),
		Expert:       a.boolean("expert", false),
		Secret:       a.boolean("secret", false),
	}}
	out.v.Type = spec.Type{Kind: spec.KindStr}
	if v, ok := a.values["type"]; ok {
		if t, hint, isType := typeOf(v); isType {
			out.v.Type = t
		} else {
			a.wrong("type", "a type", hint, v)
		}
	}
	out.v.Default = a.plain("default")
	a.list("one_of", "values", func(x starlark.Value) bool {
		y, err := toGo(x)
		out.v.OneOf = append(out.v.OneOf, y)
		return err == nil
	})
	out.suggest = a.fn("suggest", "ctx")
	out.validate = a.fn("validate", "ctx", "value")
	out.v.Suggests, out.v.Validates = out.suggest != nil, out.validate != nil
	if !a.broken {
		d.checkVar(a, out.v)
	}
	return out
}

// plain is an argument's value as plain Go.
func (a *args) plain(name string) any {
	v, ok := a.get(name)
	if !ok {
		return nil
	}
	x, err := toGo(v)
	if err != nil {
		a.broken = true
		a.errorf(a.place(name), "", "%s of %s: %v", name, a.sig.name, err)
	}
	return x
}

func (d *defining) checkVar(a *args, v spec.Variable) {
	err := v.CheckDefinition()
	if err == nil {
		return
	}
	msg, where := err.Error(), ""
	for _, part := range []string{"default", "pattern", "modifier", "min"} {
		if strings.HasPrefix(msg, part+" of ") {
			where = part
		}
	}
	hint := ""
	if where == "pattern" {
		hint = "patterns are RE2 expressions: no look-around, no back references"
	}
	a.errorf(a.place(where), hint, "%s", msg)
}
