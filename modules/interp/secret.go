package interp

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/value"
)

// Secret is a text that cannot print itself. Modules see it as •••, and get the
// text by reveal().
type Secret struct{ Text value.Secret }

func (s Secret) String() string { return s.Text.String() }

// Type names the type, as starlark.Value wants.
func (s Secret) Type() string { return "secret" }

// Freeze does nothing: it cannot be changed.
func (s Secret) Freeze() {}

// Truth is what an if makes of it.
func (s Secret) Truth() starlark.Bool { return s.Text != "" }

// Hash refuses to be the key of a dict.
func (s Secret) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: secret") }

// AttrNames lists what stands after a dot.
func (s Secret) AttrNames() []string { return []string{"reveal"} }

// Attr gives what stands after a dot.
func (s Secret) Attr(name string) (starlark.Value, error) {
	if name != "reveal" {
		return nil, nil
	}
	return starlark.NewBuiltin("reveal", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := RevealSignature().Unpack(args, kwargs); err != nil {
			return nil, err
		}
		return starlark.String(s.Text.Reveal()), nil
	}), nil
}

// CompareSameType lets a module ask whether two secrets are equal.
func (s Secret) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	switch op {
	case syntax.EQL:
		return s.Text == y.(Secret).Text, nil
	case syntax.NEQ:
		return s.Text != y.(Secret).Text, nil
	}
	return false, fmt.Errorf("secrets have no order")
}

// RevealSignature is that of the method of a secret.
func RevealSignature() *Signature {
	return &Signature{Name: "secret.reveal", Returns: "str",
		Doc: "The text of a secret, for the one place that needs it. A secret is printed as •••, and so is its text in every log."}
}
