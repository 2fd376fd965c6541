package value

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
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
	return input(x)
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

// Decimal writes a number as people write it, 1000000 and not 1e+06, without a
// fraction where there is none. Only what is huge or tiny has an exponent.
func Decimal(f float64) string {
	form := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		form = 'g'
	}
	return strconv.FormatFloat(f, form, -1, 64)
}

// Input is the text that a person would type for a value, "" for what is not shown
// again (secrets, also in lists) or cannot be typed (what a run returns).
func Input(x any) string {
	typed := true
	Walk(x, func(leaf any) {
		switch leaf.(type) {
		case nil, Deferred, Secret:
			typed = false
		}
	})
	list, isList := x.([]any)
	switch {
	case !typed:
		return ""
	case !isList:
		return input(x)
	}
	parts := make([]string, len(list))
	for i, y := range list {
		if _, nested := y.([]any); nested {
			return asJSON(list)
		}
		if parts[i] = input(y); parts[i] == "" || strings.TrimSpace(parts[i]) != parts[i] || strings.ContainsAny(parts[i], ",[]") {
			return asJSON(list)
		}
	}
	return strings.Join(parts, ", ")
}

func input(x any) string {
	if f, ok := x.(float64); ok {
		return Decimal(f)
	}
	return fmt.Sprint(x)
}

func asJSON(list []any) string {
	text, _ := JSON(list) // plain values always have a form
	return text
}

// Row is a value with its name, "" if it has none.
type Row struct {
	Name  string
	Value any
}

// Rows are the values of a table, sorted by name; another value is one row, nil none.
func Rows(x any) []Row {
	if x == nil {
		return nil
	}
	table, ok := x.(map[string]any)
	if !ok {
		return []Row{{"", x}}
	}
	out := make([]Row, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		out = append(out, Row{name, table[name]})
	}
	return out
}
