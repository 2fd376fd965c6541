package lookup

import (
	"io"
	"slices"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// jsonRequire is a require as the low-level commands print it.
type jsonRequire struct {
	Path      spec.Path      `json:"path"`
	Kind      string         `json:"kind"` // simple, local or external
	Nargs     string         `json:"nargs"`
	Pattern   spec.Pattern   `json:"pattern,omitempty"` // of local and external ones: which provide meets it
	Label     string         `json:"label,omitempty"`
	Help      string         `json:"help,omitempty"`
	Rolling   string         `json:"rolling,omitempty"` // how it is rolled out where it is given several times
	Variables []jsonVariable `json:"variables"`
}

// jsonVariable is a variable as the low-level commands print it.
type jsonVariable struct {
	Path     spec.Path `json:"path"`
	Type     string    `json:"type"`
	Required bool      `json:"required"`
	Default  any       `json:"default,omitempty"` // hidden ones are not shown
	Pattern  string    `json:"pattern,omitempty"`
	Min      *float64  `json:"min,omitempty"`
	Max      *float64  `json:"max,omitempty"`
	OneOf    []any     `json:"one_of,omitempty"`
	Label    string    `json:"label,omitempty"`
	Help     string    `json:"help,omitempty"`
	Expert   bool      `json:"expert,omitempty"`
	Secret   bool      `json:"secret,omitempty"`
}

// requiresOf lists the requires of a provide whose path is given.
func requiresOf(at spec.Path, requires []spec.Require) []jsonRequire {
	out := make([]jsonRequire, len(requires))
	for i, r := range requires {
		kind := string(r.Kind)
		if r.Kind == spec.Simple {
			kind = "simple"
		}
		out[i] = jsonRequire{Path: at.Join(r.Name), Kind: kind, Nargs: r.Nargs.String(), Pattern: r.Pattern,
			Label: r.Label, Help: r.Help, Variables: variables(at.Join(r.Name), r.Variables())}
		if r.Rolling != nil {
			out[i].Rolling = r.Rolling.String()
		}
		for j, v := range r.Variables() {
			if r.Remote() && !slices.ContainsFunc(r.Returns, func(w spec.Variable) bool { return w.Name == v.Name }) {
				out[i].Variables[j].Required = false // a wish
			}
		}
	}
	return out
}

func variables(at spec.Path, vars []spec.Variable) []jsonVariable {
	out := make([]jsonVariable, len(vars))
	for i, v := range vars {
		out[i] = jsonVariable{Path: at.Join(v.Name), Type: v.Type.String(), Required: !v.Optional && !v.Type.Filled(),
			Pattern: v.Pattern, Min: v.Min, Max: v.Max, OneOf: v.OneOf, Label: v.Label, Help: v.Help,
			Expert: v.Expert, Secret: v.Hidden()}
		if !v.Hidden() {
			out[i].Default = v.Default
		}
	}
	return out
}

// printRequires writes requires for a person: a line each, and one for each variable.
func printRequires(w io.Writer, requires []jsonRequire) {
	for _, r := range requires {
		text := r.Kind
		if r.Nargs != "1" {
			text += ", " + r.Nargs + " times"
		}
		if r.Rolling != "" {
			text += ", rolled out " + r.Rolling
		}
		if r.Pattern != "" {
			text += ", met by " + string(r.Pattern)
		}
		output.Printf(w, "    requires %s (%s)%s\n", short(r.Path), text, described(r.Label, r.Help))
		printVariables(w, r.Variables)
	}
}

func printVariables(w io.Writer, vars []jsonVariable) {
	for _, v := range vars {
		text := v.Type
		if !v.Required {
			text += ", optional"
		}
		if v.Default != nil {
			text += ", default " + output.Value(v.Default)
		}
		if len(v.OneOf) > 0 {
			text += ", one of " + output.Value(v.OneOf)
		}
		output.Printf(w, "      %s (%s)%s\n", short(v.Path), text, described(v.Label, v.Help))
	}
}

func described(label, help string) string {
	text := strings.TrimSpace(strings.TrimSuffix(label, ".") + ". " + help)
	if text = strings.Trim(text, ". "); text == "" {
		return ""
	}
	return "  " + text
}

// short is a path as -R takes it, without host and lifecycle.
func short(p spec.Path) string {
	_, rest, _ := strings.Cut(p.Relative(), "/")
	return rest
}
