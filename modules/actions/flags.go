package actions

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
)

// flagsValue is the second parameter of cross: the flags of the provide that was
// called. One that was not given is absent, which is no error: flags.get("x") and
// flags.x are None, and "x" in flags is False.
type flagsValue struct{ *starlark.Dict }

func newFlags(flags map[string]any) (flagsValue, error) {
	v, err := interp.FromGo(flags)
	if err != nil {
		return flagsValue{}, fmt.Errorf("the flags cannot be given to cross: %w", err)
	}
	return flagsValue{v.(*starlark.Dict)}, nil
}

func (f flagsValue) Type() string { return "flags" }

// AttrNames lists the flags that were given, and get.
func (f flagsValue) AttrNames() []string {
	out := []string{"get"}
	for _, k := range f.Keys() {
		out = append(out, string(k.(starlark.String)))
	}
	return out
}

// Attr is a flag by its name, None if it was not given.
func (f flagsValue) Attr(name string) (starlark.Value, error) {
	if name == "get" {
		return f.Dict.Attr("get")
	}
	if v, ok, err := f.Get(starlark.String(name)); ok || err != nil {
		return v, err
	}
	return starlark.None, nil
}
