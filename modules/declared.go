package modules

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// declared is what all values of the define phase share: they cannot be changed,
// and know where they were declared.
type declared struct {
	kind     string
	name     string
	position position
}

func (d *declared) String() string        { return d.kind + "(\"" + d.name + "\")" }
func (d *declared) Type() string          { return d.kind }
func (d *declared) Freeze()               {}
func (d *declared) Truth() starlark.Bool  { return true }
func (d *declared) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: %s", d.kind) }

// varValue is what var() returns.
type varValue struct {
	declared
	v        spec.Variable
	suggest  *starlark.Function
	validate *starlark.Function
}

// requireValue is what require() and its like return.
type requireValue struct {
	declared
	r    spec.Require
	vars []*varValue // all of one set
	args *args       // where its parts are written
}

// provideValue is what provide() returns.
type provideValue struct {
	declared
	p        spec.Provide
	do       *starlark.Function
	requires []*requireValue
	args     *args // where its parts are written
}

// stateValue is what state() and meta_state() return.
type stateValue struct {
	declared
	doc                 string
	os                  []lifecycle.OSMatch
	enter, leave, cross *starlark.Function
	requires            []*requireValue
	provides            []*provideValue
	implementations     []*stateValue
	meta                bool
}
