package value

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Style is how values look to people, on one line.
type Style struct {
	None      string // for no value
	EmptyText string // for ""
	Secret    string // for any secret
	Left      string // before a list
	Right     string // behind a list
	Names     string // between names, such as hosts
	AtRunTime func(Deferred) string
}

// Text writes a value. Booleans are yes and no. A list of names, such as hosts, has no
// brackets, and is "none" if it is empty.
func (s Style) Text(x any) string {
	switch y := x.(type) {
	case nil:
		return s.None
	case string:
		if y == "" {
			return s.EmptyText
		}
		return y
	case bool:
		if y {
			return "yes"
		}
		return "no"
	case Secret:
		return s.Secret
	case Deferred:
		return s.AtRunTime(y)
	case []any:
		parts := make([]string, len(y))
		for i, z := range y {
			parts[i] = s.Text(z)
		}
		return s.Left + strings.Join(parts, ", ") + s.Right
	case map[string]any:
		return strings.Join(s.Pairs(y), "  ")
	}
	if v := reflect.ValueOf(x); v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String {
		names := make([]string, v.Len())
		for i := range names {
			names[i] = v.Index(i).String()
		}
		if len(names) == 0 {
			return "none"
		}
		return strings.Join(names, s.Names)
	}
	return fmt.Sprint(x)
}

// Pairs writes a table as "name=value", sorted.
func (s Style) Pairs(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k, v := range m {
		out = append(out, k+"="+s.Text(v))
	}
	slices.Sort(out)
	return out
}

// Input is the text that a person would type for a value, "" for what is not shown
// again (secrets) or cannot be typed (what a run returns).
func Input(x any) string {
	list, ok := x.([]any)
	if !ok {
		return input(x)
	}
	parts := make([]string, len(list))
	asJSON := false
	for i, y := range list {
		if parts[i] = input(y); parts[i] == "" && y != "" {
			return ""
		}
		asJSON = asJSON || parts[i] == "" || strings.TrimSpace(parts[i]) != parts[i] || strings.ContainsAny(parts[i], ",[]")
	}
	if !asJSON {
		return strings.Join(parts, ", ")
	}
	text, _ := JSON(list) // plain values always have a form
	return text
}

func input(x any) string {
	switch x.(type) {
	case nil, Deferred, Secret:
		return ""
	}
	return fmt.Sprint(x)
}
