package actions

import (
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// besideText is the content of a file that lies beside the module. It may hold any bytes.
type besideText string

func (b besideText) String() string        { return starlark.Bytes(b).String() }
func (b besideText) Type() string          { return "file" }
func (b besideText) Freeze()               {}
func (b besideText) Truth() starlark.Bool  { return b != "" }
func (b besideText) Hash() (uint32, error) { return starlark.String(b).Hash() }

func srcParam() interp.Parameter {
	return interp.Param("src", "str", "", "The name of a file below files/ beside the module, \"files/motd\", whose content is meant. It is given instead of a text.")
}

// sourced adds src to the signature of a function whose parameter content is text.
func sourced(sig *interp.Signature) *interp.Signature {
	sig.Required--
	sig.Params = append(sig.Params, srcParam())
	return sig
}

// withSource puts the content of the file that src names in the place of content.
func (c *call) withSource(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) ([]starlark.Tuple, error) {
	if last := sig.Params[len(sig.Params)-1]; last.Name != "src" {
		return kwargs, nil
	}
	at := slices.IndexFunc(kwargs, func(k starlark.Tuple) bool { return k[0] == starlark.String("src") && k[1] != starlark.None })
	given := len(args) > 1 || slices.ContainsFunc(kwargs, func(k starlark.Tuple) bool { return k[0] == starlark.String("content") })
	switch {
	case at < 0 && !given:
		return nil, failed(sig, "content or src must be given", "write the text, or src = \"files/…\", a file beside the module")
	case at < 0:
		return kwargs, nil
	case given:
		return nil, failed(sig, "content and src are both given", "src is the name of a file that has the content")
	}
	content, err := c.readBeside(t, sig, kwargs[at][1])
	if err != nil {
		return nil, err
	}
	kwargs = slices.Clone(kwargs)
	kwargs[at] = starlark.Tuple{starlark.String("content"), besideText(content)}
	return kwargs, nil
}

// readBeside reads the file that src names.
func (c *call) readBeside(t *starlark.Thread, sig *interp.Signature, src starlark.Value) (string, error) {
	name, ok := starlark.AsString(src)
	if !ok {
		return "", failed(sig, "src must be the name of a file beside the module, not "+interp.TypeName(src), "write src = \"files/motd\"")
	}
	if c.by.Beside == nil {
		return "", failed(sig, "there are no files beside the module", "")
	}
	content, err := c.by.Beside(t.CallFrame(1).Pos.Filename(), name)
	if err != nil {
		return "", failed(sig, c.hide(spec.AsError(err).Msg), spec.HintOf(err))
	}
	return content, nil
}

func failed(sig *interp.Signature, msg, hint string) error {
	return &spec.Error{Kind: spec.Failed, Msg: sig.Name + ": " + msg, Hint: hint}
}

// inAction refuses what a suggestion or validation must not do.
func (c *call) inAction(sig *interp.Signature) error {
	if !c.asking {
		return nil
	}
	return &spec.Error{Kind: spec.Failed, Msg: sig.Name + " can only be used in an action: a suggestion or validation must not touch the host",
		Hint: "do it in enter or in a provide"}
}
