package modules

import (
	"fmt"
	"time"

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

func (d *declared) declaration() *declared { return d }

// distinct are the declarations in an argument that is a list of them. No two may have
// one name; twice says of what there would be two.
func distinct[T interface{ declaration() *declared }](a *args, argument, want, twice string) []T {
	var out []T
	seen := map[string]bool{}
	a.list(argument, want, func(x starlark.Value) bool {
		v, ok := x.(T)
		if !ok {
			return false
		}
		if d := v.declaration(); seen[d.name] {
			a.errorf(d.position.String(), "give one of them another name", "%s named %q", twice, d.name)
		} else {
			seen[d.name] = true
			out = append(out, v)
		}
		return true
	})
	return out
}

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

	rolling *rollingValue // nil if all are deployed at once
}

// provideValue is what provide() returns.
type provideValue struct {
	declared
	p        spec.Provide
	do       *starlark.Function
	undo     *starlark.Function
	keep     bool
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
	guarded             time.Duration
}
