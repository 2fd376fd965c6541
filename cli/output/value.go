package output

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Since writes a moment of today by its time, and others by their day.
func Since(t time.Time) string {
	switch {
	case t.IsZero():
		return "unknown"
	case time.Since(t) < 20*time.Hour:
		return t.Local().Format("15:04:05")
	}
	return t.Local().Format("2006-01-02 15:04")
}

// Inputs writes values of which all are known.
func Inputs(in spec.Inputs) string { return inputs(in, Value) }

func inputs(in spec.Inputs, value func(any) string) string {
	var b strings.Builder
	for _, req := range slices.Sorted(maps.Keys(in)) {
		for i, set := range in[req] {
			for _, name := range slices.Sorted(maps.Keys(set)) {
				Printf(&b, "  %s.%s=%s", spec.Indexed(req, i), name, value(set[name]))
			}
		}
	}
	return b.String()
}

// Top is the current state of a stack.
func Top(stack []string) string {
	if len(stack) == 0 {
		return "nothing"
	}
	return stack[len(stack)-1]
}

// Returns writes what a provide returned, ", returned url=…", "" if nothing.
func Returns(x any) string {
	if x == nil {
		return ""
	}
	m, ok := x.(map[string]any)
	if !ok {
		return ", returned " + Value(x)
	}
	return ", returned " + strings.Join(style().Pairs(m), " ")
}

// Value writes a value for a person.
func Value(x any) string { return style().Text(x) }

func style() value.Style {
	return value.Style{None: "none", Secret: value.Hidden, Names: ", ", AtRunTime: func(d value.Deferred) string { return "(" + d.String() + ")" }}
}

// resultRows are what was returned by name; "web1.url" of a deployment on several hosts.
func resultRows(x any) []value.Row {
	var out []value.Row
	for _, r := range value.Rows(x) {
		m, several := r.Value.(map[string]any)
		if !several {
			out = append(out, r)
			continue
		}
		for _, in := range value.Rows(m) {
			out = append(out, value.Row{Name: r.Name + "." + in.Name, Value: in.Value})
		}
	}
	return out
}
