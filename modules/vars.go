package modules

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func (d *defining) newVar(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(varSignature(), pos, kwargs, at)
	name := a.identifier("name")
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
	if n := a.number("generate"); n != nil {
		out.v.Generate = int(*n)
	}
	a.list("one_of", "values", func(x starlark.Value) bool {
		y, err := interp.ToGo(x)
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
	x, err := interp.ToGo(v)
	if err != nil {
		a.broken = true
		a.errorf(a.place(name), "", "%s of %s: %v", name, a.sig.Name, err)
	}
	return x
}

func (d *defining) checkVar(a *args, v spec.Variable) {
	err := v.CheckDefinition()
	if err == nil {
		return
	}
	msg, where := err.Error(), ""
	for _, part := range []string{"default", "pattern", "modifier", "min", "generate"} {
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
