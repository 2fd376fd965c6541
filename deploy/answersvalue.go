package deploy

import (
	"errors"

	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/yamltext"
)

// sealedKey is the key of the mapping that a sealed secret is written as.
const sealedKey = "sealed"

var errNoKeys = errors.New("there is no key to seal secrets with")

// saved gives a value as the file holds it: secrets sealed, also those in lists.
func saved(x any, keys value.Sealer) (*yamltext.Node, error) {
	switch v := x.(type) {
	case nil:
		return &yamltext.Node{Kind: yamltext.Nothing}, nil
	case string:
		return yamltext.NewText(v), nil
	case value.Secret:
		if keys == nil {
			return nil, errNoKeys
		}
		text, err := keys.Seal(v)
		out := yamltext.NewTable()
		out.Put(sealedKey, yamltext.NewText(text))
		return out, err
	case []any:
		out := &yamltext.Node{Kind: yamltext.List}
		for _, y := range v {
			n, err := saved(y, keys)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, n)
		}
		return out, nil
	}
	return yamltext.NewBare(value.Input(x)), nil
}

// written is the value that stands in the file: a string as it is written, whatever other
// readers of YAML take it for, since the variable says what it is; nil; value.Secret; or
// []any of these.
func (f *answersReader) written(n *yamltext.Node, name string) (any, error) {
	switch n.Kind {
	case yamltext.Text:
		return n.Text, nil
	case yamltext.List:
		out := make([]any, len(n.Items))
		for i, x := range n.Items {
			var err error
			if out[i], err = f.written(x, name); err != nil {
				return nil, err
			}
		}
		return out, nil
	case yamltext.Table:
		return f.unseal(n, name)
	case yamltext.Nothing:
	}
	if n.Text != "" && n.Text != "null" {
		return nil, f.wrong(n.Line, "%s: %s may be a text or no value", name, n.Text).
			WithHint(`write "%s" in quotes for the text, or null for no value`, n.Text)
	}
	return nil, nil
}

// unseal undoes what saved does with a secret.
func (f *answersReader) unseal(n *yamltext.Node, name string) (any, error) {
	text := n.Get(sealedKey)
	if len(n.Table) != 1 || text == nil || text.Kind != yamltext.Text {
		return nil, f.wants(n, name, "a value or a list of values", "80, www.example.org or [a, b]")
	}
	if f.keys == nil {
		return nil, f.wrong(n.Line, "%s is sealed, and there is no key", name).WithHint("write the secret itself instead, or give it with --set")
	}
	secret, err := f.keys.Open(text.Text)
	if err != nil {
		return nil, f.wrong(n.Line, "%s: %v", name, err).WithHint("write the secret itself instead, or give it with --set")
	}
	return secret, nil
}
