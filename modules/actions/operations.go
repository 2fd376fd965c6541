package actions

import (
	"fmt"
	"strings"

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
func operationSignatures() []*interp.Signature {
	var out []*interp.Signature
	for _, d := range op.All() {
		sig := &interp.Signature{Name: "ctx.host." + d.Name, Positional: d.Required, Required: d.Required, Returns: "bool",
			Doc: d.Doc + " Gives whether anything was changed: nothing is, if the host is so already."}
		for i, p := range d.Params {
			typ, otherwise := "str", fmt.Sprintf("%q", p.Default)
			if p.Secret {
				typ = "str | secret"
			}
			if i < d.Required {
				otherwise = ""
			}
			sig.Params = append(sig.Params, interp.Param(p.Name, typ, otherwise, p.Doc))
		}
		out = append(out, sig)
	}
	return out
}

// operations are the functions of ctx.host that op.All has.
func (c *call) operations() starlark.StringDict {
	out := starlark.StringDict{}
	signatures := operationSignatures()
	for i, d := range op.All() {
		sig := signatures[i]
		out[d.Name] = starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if c.asking {
				return nil, &spec.Error{Kind: spec.Failed, Msg: sig.Name + " can only be used in an action: a suggestion or validation must not touch the host",
					Hint: "do it in enter or in a provide"}
			}
			o, secret, err := c.operation(d, sig, args, kwargs)
			if err != nil {
				return nil, err
			}
			var changed bool
			interp.Waiting(t, func() { changed, err = c.change(o, secret) })
			return starlark.Bool(changed), err
		})
	}
	return out
}

// operation reads the arguments of a function. secret says that a secret is in what is
// written, so that no difference may be shown: what was there before may be one as well.
func (c *call) operation(d op.Definition, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (o op.Operation, secret bool, err error) {
	values := make([]starlark.Value, len(d.Params))
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
		text, err := c.text(p.Name, values[i])
		if err != nil {
			return nil, false, &spec.Error{Kind: spec.Failed, Msg: strings.Replace(spec.AsError(err).Msg, "ctx.host.run", sig.Name, 1), Hint: spec.HintOf(err)}
		}
		given[p.Name] = text
		isSecret := c.redactor.Redact(text) != text
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

// change looks at the host, and makes, or only foresees, what is to be changed.
func (c *call) change(o op.Operation, secret bool) (changed bool, err error) {
	files, err := c.files()
	if err != nil {
		return false, err
	}
	changes, err := o.Plan(files)
	for i := 0; err == nil && i < len(changes); i++ {
		what, diff := c.hide(changes[i].Describe()), ""
		if !secret {
			diff = c.hide(changes[i].Diff())
		}
		if err := c.begin(what, diff); err != nil {
			return false, err
		}
		err = changes[i].Apply(files)
	}
	if err != nil {
		return false, &spec.Error{Kind: spec.Failed, Msg: c.hide(spec.AsError(err).Msg), Hint: spec.HintOf(err)}
	}
	return len(changes) > 0, nil
}

// begin records a change before it is made, and says it.
func (c *call) begin(what, diff string) error {
	if c.Preview != nil {
		c.Preview.Change(spec.Change{What: what, Diff: diff})
		return nil
	}
	if c.Effect != nil && !c.Me.Simulated {
		if err := c.Effect(what); err != nil {
			return err
		}
	}
	c.log(spec.LevelInfo, what)
	n := 0
	for line := range strings.Lines(diff) {
		if n++; n > mostDiff {
			c.log(spec.LevelInfo, "    … and more")
			break
		}
		c.log(spec.LevelInfo, "    "+strings.TrimRight(line, "\r\n"))
	}
	return nil
}

// files are those that the function works on: of the machine, of a simulated host, or, in
// a preview, an overlay on them.
func (c *call) files() (view.View, error) {
	base := func() view.View {
		if c.Me.Simulated {
			return c.Kept.Get("files", func() any { return view.NewMemory() }).(*view.Memory)
		}
		return c.by.Machine.Files()
	}
	switch {
	case c.by.Machine == nil && !c.Me.Simulated:
		return nil, &spec.Error{Kind: spec.Failed, Msg: "this agent changes no files"}
	case c.Preview != nil:
		return c.Preview.Host.Get("files", func() any { return view.NewOverlay(base()) }).(*view.Overlay), nil
	}
	return base(), nil
}

// foreseeCommand says in a preview that a command would be run. What it changes, and what
// it prints, is not known.
func (c *call) foreseeCommand(cmd spec.Command, shown string) (starlark.Value, error) {
	if cmd.Creates != "" && view.CheckPath(cmd.Creates) == nil {
		files, err := c.files()
		if err != nil {
			return nil, err
		}
		if is, err := files.Get(cmd.Creates); err == nil && is.Kind != view.Nothing {
			return newResult(spec.CommandResult{Skipped: cmd.Creates + " exists"}), nil
		}
	}
	c.Preview.Change(spec.Change{What: "run " + shown})
	c.Preview.Unknown("what " + cmd.Argv[0] + " changes is not known before")
	return unknownResult{cmd.Argv[0], c.Preview}, nil
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
