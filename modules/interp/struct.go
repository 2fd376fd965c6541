package interp

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// Struct is a value with named fields that cannot be changed: ctx, ctx.req, a set of
// variables.
type Struct struct {
	name   string // for messages
	Fields starlark.StringDict
}

// NewStruct freezes the fields.
func NewStruct(name string, fields starlark.StringDict) *Struct {
	fields.Freeze()
	return &Struct{name, fields}
}

// Type names the type, as starlark.Value wants.
func (r *Struct) Type() string { return "struct" }

// Freeze does nothing: it cannot be changed.
func (r *Struct) Freeze() {}

// Truth is what an if makes of it.
func (r *Struct) Truth() starlark.Bool { return true }

// Hash refuses to be the key of a dict.
func (r *Struct) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", r.name) }

// AttrNames lists what stands after a dot.
func (r *Struct) AttrNames() []string { return r.Fields.Keys() }

// String writes name(field = value, …).
func (r *Struct) String() string {
	parts := make([]string, 0, len(r.Fields))
	for _, k := range r.Fields.Keys() {
		parts = append(parts, k+" = "+r.Fields[k].String())
	}
	return r.name + "(" + strings.Join(parts, ", ") + ")"
}

// Attr is a field; the error for one that does not exist names the nearest.
func (r *Struct) Attr(name string) (starlark.Value, error) {
	if v, ok := r.Fields[name]; ok {
		return v, nil
	}
	return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s has no '%s'", r.name, name), Hint: DidYouMean(name, r.Fields.Keys())}
}
