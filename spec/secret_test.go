package spec_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// TestSecretsStaySecret converts what is hidden, in all the shapes it can have, and
// looks for the text in everything that can be printed of it.
func TestSecretsStaySecret(t *testing.T) {
	const word = "hush-hush"
	str := spec.Type{Kind: spec.KindStr}
	pass := spec.Variable{Name: "p", Type: spec.Type{Kind: spec.KindPassword}}
	for name, c := range map[string]struct {
		v spec.Variable
		x any
	}{
		"password":           {pass, word},
		"secret text":        {spec.Variable{Name: "s", Type: str, Secret: true}, word},
		"secret list":        {spec.Variable{Name: "l", Type: spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: str}}, Secret: true}, []any{word}},
		"list of passwords":  {spec.Variable{Name: "l", Type: spec.Type{Kind: spec.KindList, Elem: &pass}}, []any{word}},
		"secret into a text": {spec.Variable{Name: "t", Type: str}, value.Secret(word)},
	} {
		got, err := c.v.Convert(c.x)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		data, err := json.Marshal(map[string]any{"v": got})
		if err != nil {
			t.Fatal(err)
		}
		if all := fmt.Sprintf("%v %+v %#v %s %s", got, got, got, got, data); strings.Contains(all, word) {
			t.Errorf("%s shows: %s", name, all)
		}
		again, err := c.v.Convert(got)
		if err != nil || fmt.Sprintf("%T", again) != fmt.Sprintf("%T", got) {
			t.Errorf("%s: converted again it is %T, %v", name, again, err)
		}
	}
	for name, v := range map[string]spec.Variable{
		"secret number":  {Name: "n", Type: spec.Type{Kind: spec.KindInt}, Secret: true},
		"secret one_of":  {Name: "o", Type: str, Secret: true, OneOf: []any{"a"}},
		"secret pattern": {Name: "r", Type: str, Secret: true, Pattern: "x+", PatternError: "no"},
	} {
		if _, err := v.Convert(word); err == nil || strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (spec.Variable{Name: "n", Type: spec.Type{Kind: spec.KindInt}, Secret: true}).CheckDefinition(); err == nil {
		t.Error("a number cannot be secret")
	}
}
