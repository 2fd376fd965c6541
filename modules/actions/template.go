package actions

import (
	"context"
	"maps"
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/template"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// templateSignature is that of file, with a template and its values for the content.
func templateSignature() *interp.Signature {
	sig := &interp.Signature{
		Name: "ctx.host.template", Positional: 2, Required: 1, Returns: "bool",
		Doc: "A file whose content is written as a template, in the syntax of Jinja2: {{ port }}, {% if x %}, {% for x in xs %}. A name that has no value is an error. " +
			"Otherwise it is as ctx.host.file. Gives whether anything was changed: nothing is, if the host is so already.",
		Params: []interp.Parameter{
			interp.Param("path", "str", "", "Where it is."),
			interp.Param("text", "str | secret | dict | Any", "", "The template; with src, it is left out."),
		},
		Rest: interp.Param("values", "dict | Any", "", "Dicts, and structs such as ctx.req.conf, whose elements the template can name. Of a name in several the last counts."),
	}
	file, d := fileSignature()
	sig.Params = append(sig.Params, file.Params[d.Required:]...)
	return sig
}

// fileSignature is that of file, whose parameters a template has too.
func fileSignature() (*interp.Signature, op.Definition) {
	all := op.All()
	i := slices.IndexFunc(all, func(d op.Definition) bool { return d.Name == "file" })
	sig := *operationSignatures()[i]
	return &sig, all[i]
}

// template is the function of ctx.host.
func (c *call) template(ctx context.Context) starlark.Value {
	sig := templateSignature()
	file, d := fileSignature()
	file.Name = sig.Name
	return starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := c.inAction(sig); err != nil {
			return nil, err
		}
		given, err := c.templateArguments(t, sig, args, kwargs)
		if err != nil {
			return nil, err
		}
		content, err := c.render(ctx, given)
		if err != nil {
			return nil, failed(sig, c.hide(spec.AsError(err).Msg), c.hide(spec.HintOf(err)))
		}
		return c.operate(ctx, t, d, file, starlark.Tuple{args[0], content}, given.rest)
	})
}

// templateGiven are the arguments of template.
type templateGiven struct {
	text, name string // the template, and what messages call it
	values     []starlark.Value
	rest       []starlark.Tuple // what is given by name for the file
}

func (c *call) templateArguments(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (given templateGiven, err error) {
	if len(args) == 0 {
		return given, failed(sig, "the path is missing", "write ctx.host.template(\"/etc/x.conf\", \"\"\"…\"\"\", ctx.req.conf)")
	}
	given.values = args[1:]
	if len(given.values) > 0 {
		switch x := given.values[0].(type) {
		case starlark.String:
			given.name, given.text, given.values = "the template", string(x), given.values[1:]
		case interp.Secret:
			given.name, given.text, given.values = "the template", x.String(), given.values[1:]
		}
	}
	for _, k := range kwargs {
		switch key, _ := starlark.AsString(k[0]); {
		case key == "src" && given.name != "":
			return given, failed(sig, "a text and src are both given", "src is the name of a file that has the text")
		case key == "src":
			given.name, _ = starlark.AsString(k[1])
			if given.text, err = c.readBeside(t, sig, k[1]); err != nil {
				return given, err
			}
		case key == "text" || key == "values" || key == "content":
			return given, failed(sig, key+" is not given by name", "write ctx.host.template(path, text, values, …)")
		default:
			given.rest = append(given.rest, k)
		}
	}
	if given.name == "" {
		return given, failed(sig, "a text or src must be given", "write the template, or src = \"files/…\", a file beside the module")
	}
	for _, v := range given.values {
		_, isDict := v.(*starlark.Dict)
		_, isStruct := v.(*interp.Struct)
		if !isDict && !isStruct {
			return given, failed(sig, "values must be dicts or structs, not "+interp.TypeName(v), "write {\"name\": value}, or give ctx.req.conf")
		}
	}
	return given, nil
}

// rendered is what became of a template.
type rendered struct {
	besideText
	secret bool // it depends on a secret, in whatever form that is there
}

func madeOfSecret(v starlark.Value) bool {
	r, ok := v.(rendered)
	return ok && r.secret
}

// render renders a template. Where secrets are among its values it is rendered without
// them, too, to see whether they matter; the error is that of this, which knows none.
func (c *call) render(ctx context.Context, given templateGiven) (out rendered, err error) {
	values := map[string]any{}
	for _, v := range given.values {
		x, err := interp.ToGo(v)
		if err == nil {
			x, err = c.secrets.Restore(x)
		}
		if err != nil {
			return out, err
		}
		maps.Copy(values, x.(map[string]any))
	}
	clear, secrets := withTexts(values, value.Secret.Reveal)
	content, err := template.Render(ctx, given.name, given.text, clear)
	if secrets {
		hidden, _ := withTexts(values, func(value.Secret) string { return value.Hidden })
		without, errWithout := template.Render(ctx, given.name, given.text, hidden)
		out.secret = errWithout != nil || without != content
		switch {
		case err != nil && errWithout != nil:
			err = errWithout
		case err != nil:
			err = spec.Errorf(spec.Invalid, "%s: it cannot be rendered with the secrets that it is given", given.name)
		}
	}
	if err != nil {
		return out, err
	}
	content, inText, err := c.secrets.Reveal(content)
	return rendered{besideText(content), out.secret || inText}, err
}

// withTexts gives values with texts for the secrets in them, and whether there are any.
func withTexts(values map[string]any, text func(value.Secret) string) (out map[string]any, secrets bool) {
	x, _ := value.Map(values, func(leaf any) (any, error) {
		s, ok := leaf.(value.Secret)
		if !ok {
			return leaf, nil
		}
		secrets = true
		return text(s), nil
	})
	out, _ = x.(map[string]any)
	return out, secrets
}
