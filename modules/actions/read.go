package actions

import (
	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func readSignature() *interp.Signature {
	return &interp.Signature{
		Name: "ctx.host.read", Positional: 1, Required: 1, Returns: "str | secret",
		Doc: "The content of a file, which has to be there: for what a program made that others need. A preview ends here if the file is not there yet, or if a command could change it before.",
		Params: []interp.Parameter{
			interp.Param("path", "str", "", "Where it is."),
			interp.Param("secret", "bool", "False", "Whether the content is a secret."),
			interp.Param("example", "str", "", "What is in it on a simulated host, where no program makes it."),
		},
	}
}

// read is the function of ctx.host.
func (c *call) read() *starlark.Builtin {
	sig := readSignature()
	return starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var path string
		var secret bool
		var example starlark.Value
		if err := sig.Unpack(args, kwargs, &path, &secret, &example); err != nil {
			return nil, err
		}
		if err := c.inAction(sig); err != nil {
			return nil, err
		}
		if err := view.CheckPath(path); err != nil {
			return nil, failed(sig, spec.AsError(err).Msg, spec.HintOf(err))
		}
		var text string
		var err error
		interp.Waiting(t, func() { text, err = c.contentOf(sig, path, example) })
		if err != nil || !secret {
			return starlark.String(text), err
		}
		c.learn(value.Secret(text))
		return interp.FromGo(value.Secret(text))
	})
}

func (c *call) contentOf(sig *interp.Signature, path string, example starlark.Value) (string, error) {
	sys, err := c.system()
	if err != nil {
		return "", err
	}
	is, err := sys.Get(path)
	text, exampled := "", false
	if example != nil {
		text, exampled = starlark.AsString(example)
	}
	switch {
	case err != nil:
		return "", c.hidden(err)
	case c.Me.Simulated && is.Kind == view.Nothing && exampled:
		return text, nil
	case c.Preview != nil && (is.Kind == view.Nothing || c.Preview.IsUnknown()):
		why := "from here on it depends on what is in " + path
		c.Preview.Stop(why)
		return "", &spec.Error{Kind: spec.Failed, Msg: why}
	case is.Kind == view.Nothing:
		return "", failed(sig, "there is no file "+path, "")
	case is.Kind != view.File:
		return "", failed(sig, path+" is no file but a "+string(is.Kind), "")
	}
	return is.Content, nil
}
