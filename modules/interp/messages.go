package interp

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/query"
)

// TypeName says what a value is, in words.
func TypeName(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.NoneType:
		return "None"
	case starlark.String:
		return "the text " + Short(v.String())
	case starlark.Int, starlark.Float, starlark.Bool:
		return v.String()
	case *starlark.List:
		return "a list"
	case *starlark.Dict:
		return "a dict"
	case starlark.Tuple:
		return "a tuple"
	case *starlark.Function:
		return "the function " + v.Name()
	case *starlark.Builtin:
		return "the builtin " + v.Name()
	}
	return "a " + v.Type()
}

// Short cuts a text to what a message has room for.
func Short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}

// DidYouMean is a hint with the nearest candidate, or with all of them if none is near.
func DidYouMean(name string, candidates []string) string {
	if n := query.Nearest(name, candidates); n != "" {
		return "did you mean '" + n + "'?"
	}
	if len(candidates) == 0 {
		return ""
	}
	return "possible: " + strings.Join(candidates, ", ")
}
