package actions

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// mostDiff is how many lines of a difference a step logs.
const mostDiff = 50

// operationSignatures are those of the functions of ctx.host that op.All has.
//
//nolint:gochecknoglobals // they do not change
var operationSignatures = sync.OnceValue(func() []*interp.Signature {
	var out []*interp.Signature
	for _, d := range op.All() {
		sig := &interp.Signature{Name: "ctx.host." + d.Name, Positional: d.Required, Required: d.Required, Returns: "bool",
			Doc: d.Doc + " Gives whether anything was changed: nothing is, if the host is so already."}
		for i, p := range d.Params {
			typ, otherwise := string(cmp.Or(p.Type, op.Text)), fmt.Sprintf("%q", p.Default)
			switch {
			case p.Type == op.Pairs:
				typ, otherwise = "dict[str, str | secret]", "{}"
			case p.Secret:
				typ = "str | secret"
			case p.Type == op.Texts:
				otherwise = "[]"
			case p.Type == op.Flag:
				otherwise = cmp.Or(p.Default, "None")
			}
			if i < d.Required {
				otherwise = ""
			}
			sig.Params = append(sig.Params, interp.Param(p.Name, typ, otherwise, p.Doc))
		}
		if d.Required == 2 && d.Params[1].Name == "content" {
			sig = sourced(sig)
		}
		out = append(out, sig)
	}
	return out
})

// operations are the functions of ctx.host that op.All has.
func (c *call) operations(ctx context.Context) starlark.StringDict {
	out := starlark.StringDict{}
	signatures := operationSignatures()
	for i, d := range op.All() {
		sig := signatures[i]
		out[d.Name] = starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return c.operate(ctx, t, d, sig, args, kwargs)
		})
	}
	return out
}

// operate does an operation with what its function is given.
func (c *call) operate(ctx context.Context, t *starlark.Thread, d op.Definition, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := c.inAction(sig); err != nil {
		return nil, err
	}
	kwargs, err := c.withSource(t, sig, args, kwargs)
	if err != nil {
		return nil, err
	}
	o, secret, err := c.operation(d, sig, args, kwargs)
	if err != nil {
		return nil, err
	}
	var changed bool
	interp.Waiting(t, func() { changed, err = c.change(ctx, o, secret) })
	return starlark.Bool(changed), err
}

// operation reads the arguments of a function. secret says that a secret is in what is
// written, so that no difference may be shown: what was there before may be one as well.
func (c *call) operation(d op.Definition, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (o op.Operation, secret bool, err error) {
	values := make([]starlark.Value, len(sig.Params))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	if err := sig.Unpack(args, kwargs, into...); err != nil {
		return nil, false, err
	}
	given := op.Arguments{}
	for i, p := range d.Params {
		given[p.Name] = p.Default
		if values[i] == nil || values[i] == starlark.None {
			continue
		}
		text, err := c.argument(p, values[i])
		if err != nil {
			return nil, false, &spec.Error{Kind: spec.Failed, Msg: strings.Replace(spec.AsError(err).Msg, "ctx.host.run", sig.Name, 1), Hint: spec.HintOf(err)}
		}
		given[p.Name] = text
		isSecret := c.redactor.Redact(text) != text || madeOfSecret(values[i])
		if isSecret && !p.Secret {
			return nil, false, &spec.Error{Kind: spec.Failed, Msg: sig.Name + ": a secret is in " + p.Name + ", which everybody can see"}
		}
		secret = secret || isSecret
	}
	o, err = d.New(given)
	if err != nil {
		return nil, false, &spec.Error{Kind: spec.Failed, Msg: sig.Name + ": " + c.hide(spec.AsError(err).Msg), Hint: spec.HintOf(err)}
	}
	return o, secret, nil
}

// argument is a value in the form of op.Arguments.
func (c *call) argument(p op.Param, v starlark.Value) (string, error) {
	switch p.Type {
	case op.Flag:
		if b, ok := v.(starlark.Bool); ok {
			return b.String(), nil
		}
		return "", wrongArgument(p.Name+" is True or False, not "+interp.TypeName(v), "")
	case op.Texts:
		list, err := c.list(p.Name, v)
		if err != nil {
			return "", err
		}
		for _, text := range list {
			if text == "" || strings.Contains(text, "\n") {
				return "", wrongArgument(fmt.Sprintf("%s has the element %q", p.Name, text), "each is a text of one line")
			}
		}
		return strings.Join(list, "\n"), nil
	case op.Pairs:
		return c.pairs(p.Name, v)
	case op.Text:
	}
	return c.text(p.Name, v)
}

// pairs reads a dict of texts.
func (c *call) pairs(name string, v starlark.Value) (string, error) {
	dict, ok := v.(*starlark.Dict)
	if !ok {
		return "", wrongArgument(name+" is a dict of texts, not "+interp.TypeName(v), "")
	}
	var lines []string
	for k, x := range dict.Entries() {
		key, isText := starlark.AsString(k)
		value, err := c.text(name, x)
		switch {
		case err != nil:
			return "", err
		case !isText || strings.Contains(key+value, "\n"):
			return "", wrongArgument(name+" holds what is no text of one line", "")
		}
		lines = append(lines, key, value)
	}
	return strings.Join(lines, "\n"), nil
}

// list reads a list of texts, or one text.
func (c *call) list(name string, v starlark.Value) ([]string, error) {
	switch x := v.(type) {
	case *starlark.List:
		return c.texts(name, x)
	case starlark.Tuple:
		return c.texts(name, starlark.NewList(x))
	}
	text, err := c.text(name, v)
	return []string{text}, err
}

// foreseeCommand says in a preview that a command would be run. What it changes, and what
// it prints, is not known.
func (c *call) foreseeCommand(cmd spec.Command, shown string, undo []string) (starlark.Value, error) {
	if cmd.Creates != "" && view.CheckPath(cmd.Creates) == nil {
		sys, err := c.system()
		if err != nil {
			return nil, err
		}
		if is, err := sys.Get(cmd.Creates); err == nil && is.Kind != view.Nothing {
			return newResult(spec.CommandResult{Skipped: cmd.Creates + " exists"}), nil
		}
	}
	c.Preview.Change(spec.Change{What: "run " + shown, Forever: irreversible(undo)})
	c.Preview.Unknown("what " + cmd.Argv[0] + " changes is not known before")
	return unknownResult{cmd.Argv[0], c.Preview}, nil
}

// irreversible says why a command cannot be taken back.
func irreversible(undo []string) string {
	if len(undo) > 0 {
		return ""
	}
	return "nothing says how to take a command back"
}

// unknownResult is what a command gives in a preview. Nothing can be made of it.
type unknownResult struct {
	program string
	preview *lifecycle.Preview
}

func (r unknownResult) String() string        { return "result(unknown)" }
func (r unknownResult) Type() string          { return "result" }
func (r unknownResult) Freeze()               {}
func (r unknownResult) Truth() starlark.Bool  { return true }
func (r unknownResult) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: result") }

// AttrNames lists what stands after a dot.
func (r unknownResult) AttrNames() []string { return []string{"code", "skipped", "stderr", "stdout"} }

// Attr ends the function: from here on it depends on the command.
func (r unknownResult) Attr(string) (starlark.Value, error) {
	why := "from here on it depends on what " + r.program + " prints"
	r.preview.Stop(why)
	return nil, &spec.Error{Kind: spec.Failed, Msg: why}
}
