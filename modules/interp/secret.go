package interp

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/value"
)

// Secret is a text that cannot print itself: what is made of it has a stand-in (see
// Secrets). Modules get the text by reveal().
type Secret struct {
	Text   value.Secret // before it was quoted
	quotes string       // how it was quoted, a byte each, as quoted reads them
}

func (s Secret) String() string { return standIn(s.Text, s.quotes) }

// Quoted is the secret as the module made it.
func (s Secret) Quoted() value.Secret { return quoted(s.Text, s.quotes) }

// Type names the type, as starlark.Value wants.
func (s Secret) Type() string { return "secret" }

// Freeze does nothing: it cannot be changed.
func (s Secret) Freeze() {}

// Truth is what an if makes of it.
func (s Secret) Truth() starlark.Bool { return s.Text != "" }

// Hash refuses to be the key of a dict.
func (s Secret) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: secret") }

// Binary adds it to a text, or a text to it.
func (s Secret) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	var other starlark.String
	switch y := y.(type) {
	case starlark.String:
		other = y
	case Secret:
		other = starlark.String(y.String())
	default:
		return nil, nil
	}
	switch {
	case op != syntax.PLUS:
		return nil, nil
	case side == starlark.Left:
		return starlark.String(s.String()) + other, nil
	}
	return other + starlark.String(s.String()), nil
}

// AttrNames lists what stands after a dot.
func (s Secret) AttrNames() []string { return []string{"quote_shell", "quote_sql", "reveal"} }

// Attr gives what stands after a dot.
func (s Secret) Attr(name string) (starlark.Value, error) {
	method := func(fn func(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)) (starlark.Value, error) {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return fn(args, kwargs)
		}), nil
	}
	switch name {
	case "reveal":
		return method(func(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return starlark.String(s.Quoted().Reveal()), revealSignature().Unpack(args, kwargs)
		})
	case "quote_shell":
		return method(func(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			return Secret{s.Text, s.quotes + quoteShell}, quoteShellSignature().Unpack(args, kwargs)
		})
	case "quote_sql":
		return method(func(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			backslashes := false
			err := quoteSQLSignature().Unpack(args, kwargs, &backslashes)
			if backslashes {
				return Secret{s.Text, s.quotes + quoteMySQL}, err
			}
			return Secret{s.Text, s.quotes + quoteSQL}, err
		})
	}
	return nil, nil
}

// CompareSameType lets a module ask whether two secrets are equal.
func (s Secret) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	switch op {
	case syntax.EQL:
		return s.Quoted() == y.(Secret).Quoted(), nil
	case syntax.NEQ:
		return s.Quoted() != y.(Secret).Quoted(), nil
	}
	return false, fmt.Errorf("secrets have no order")
}

// SecretSignatures are those of the methods of a secret.
func SecretSignatures() []*Signature {
	return []*Signature{quoteShellSignature(), quoteSQLSignature(), revealSignature()}
}

func quoteShellSignature() *Signature {
	return &Signature{Name: "secret.quote_shell", Returns: "secret",
		Doc: "The secret as one word of a command line of sh, in quotes."}
}

func quoteSQLSignature() *Signature {
	return &Signature{Name: "secret.quote_sql", Returns: "secret",
		Doc:    "The secret as a literal of SQL, in single quotes.",
		Params: []Parameter{Param("backslashes", "bool", "False", "Double backslashes too, as MySQL and MariaDB want unless told otherwise.")}}
}

func revealSignature() *Signature {
	return &Signature{Name: "secret.reveal", Returns: "str",
		Doc: "The text of a secret, for what cannot be done without. What is made of that text is hidden only where the secret " +
			"stands in it as it is, in quotes, or encoded as URL, JSON or base64; `armonic module check` names the lines."}
}
