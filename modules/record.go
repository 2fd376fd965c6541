package modules

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// record is a value with named fields that cannot be changed: ctx, ctx.req, a set of
// variables.
type record struct {
	name   string // for messages
	fields starlark.StringDict
}

func newRecord(name string, fields starlark.StringDict) *record {
	fields.Freeze()
	return &record{name, fields}
}

func (r *record) Type() string          { return "struct" }
func (r *record) Freeze()               {}
func (r *record) Truth() starlark.Bool  { return true }
func (r *record) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", r.name) }
func (r *record) AttrNames() []string   { return r.fields.Keys() }

// String writes name(field = value, …).
func (r *record) String() string {
	parts := make([]string, 0, len(r.fields))
	for _, k := range r.fields.Keys() {
		parts = append(parts, k+" = "+r.fields[k].String())
	}
	return r.name + "(" + strings.Join(parts, ", ") + ")"
}

// Attr is a field; the error for one that does not exist names the nearest.
func (r *record) Attr(name string) (starlark.Value, error) {
	if v, ok := r.fields[name]; ok {
		return v, nil
	}
	return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s has no '%s'", r.name, name), Hint: didYouMean(name, r.fields.Keys())}
}
