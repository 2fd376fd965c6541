package spec

import (
	"fmt"
	"slices"
	"strconv"
)

// RequireKind says who meets a require.
type RequireKind string

// The kinds of require.
const (
	Simple   RequireKind = ""         // the operator, by giving variables
	Local    RequireKind = "local"    // another provide on the same host
	External RequireKind = "external" // another provide on a host that the operator chooses
)

// Many is the maximum of a require that may be given any number of times.
const Many = 99999

// Nargs is how often a require may be given. The zero value means exactly once.
type Nargs struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

// ParseNargs reads "1" (or any number n > 0: exactly n times), "?" (at most once)
// and "*" (any number of times). "" is "1".
func ParseNargs(s string) (Nargs, error) {
	switch s {
	case "", "1":
		return Nargs{1, 1}, nil
	case "?":
		return Nargs{0, 1}, nil
	case "*":
		return Nargs{0, Many}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > Many {
		return Nargs{}, fmt.Errorf("nargs must be a number from 1, \"?\" or \"*\", not %q", s)
	}
	return Nargs{n, n}, nil
}

// Norm turns the zero value into once.
func (n Nargs) Norm() Nargs {
	if n.Max == 0 {
		return Nargs{1, 1}
	}
	return n
}

// Fixed reports whether the number is not a choice, and the number.
func (n Nargs) Fixed() (int, bool) {
	n = n.Norm()
	return n.Min, n.Min == n.Max
}

// String writes it as a module does.
func (n Nargs) String() string {
	n = n.Norm()
	switch {
	case n.Min == 0 && n.Max == 1:
		return "?"
	case n.Min == 0 && n.Max >= Many:
		return "*"
	}
	return strconv.Itoa(n.Min)
}

// Check says what is wrong with n sets, or nil.
func (n Nargs) Check(sets int) error {
	n = n.Norm()
	switch {
	case sets < n.Min && n.Min == n.Max:
		return fmt.Errorf("needs exactly %d, has %d", n.Min, sets)
	case sets < n.Min:
		return fmt.Errorf("needs at least %d, has %d", n.Min, sets)
	case sets > n.Max:
		return fmt.Errorf("takes at most %d, has %d", n.Max, sets)
	}
	return nil
}

// Require is one thing a provide needs before it can be called.
type Require struct {
	Name  string      `json:"name"`
	Kind  RequireKind `json:"kind,omitempty"`
	Nargs Nargs       `json:"nargs,omitzero"`
	Label string      `json:"label,omitempty"`
	Help  string      `json:"help,omitempty"`

	Vars []Variable `json:"vars,omitempty"` // Simple: the variables of one set

	Pattern Pattern           `json:"pattern,omitempty"` // Local, External: which provide meets it
	Args    []Variable        `json:"args,omitempty"`    // what this side wishes for same-named variables there
	Returns []Variable        `json:"returns,omitempty"` // what is used of the result
	Bind    map[string]string `json:"bind,omitempty"`    // their variable -> our "require.variable", set rather than wished
	Set     map[string]any    `json:"set,omitempty"`     // their variable -> the value that it is set to
	Rolling *Rolling          `json:"rolling,omitempty"` // how it is rolled out where it is given several times; nil is all at once
}

// Remote reports whether another provide meets the require.
func (r Require) Remote() bool { return r.Kind != Simple }

// HostVariable is the variable that every external require has besides those it
// declares: where it is met. Armonic fills it.
const HostVariable = "host"

// Variables are all variables of one set: those of a simple require, or the
// arguments and then the returns of a remote one, an external one's host first. One that
// is both wished and returned is there once, as it is wished.
func (r Require) Variables() []Variable {
	if !r.Remote() {
		return r.Vars
	}
	out := make([]Variable, 0, len(r.Args)+len(r.Returns)+1)
	if r.Kind == External {
		out = append(out, Variable{Name: HostVariable, Type: Type{Kind: KindHost}, Label: "Host", Expert: true})
	}
	out = append(out, r.Args...)
	for _, v := range r.Returns {
		if !slices.ContainsFunc(out, func(w Variable) bool { return w.Name == v.Name }) {
			out = append(out, v)
		}
	}
	return out
}

// Variable finds a variable of one set by name.
func (r Require) Variable(name string) (Variable, bool) {
	for _, v := range r.Variables() {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// Provide describes an operation of a state, as an agent offers it.
type Provide struct {
	Path     Path           `json:"path"` // /host/Lifecycle/State/name
	Label    string         `json:"label,omitempty"`
	Help     string         `json:"help,omitempty"`
	Tags     []string       `json:"tags,omitempty"`
	Flags    map[string]any `json:"flags,omitempty"`
	Requires []Require      `json:"requires,omitempty"`
	Returns  []Variable     `json:"returns,omitempty"`
	Each     bool           `json:"each,omitempty"` // called once per requirer, even with equal values

	Simulated bool `json:"simulated,omitempty"` // its lifecycle or its host only pretends: a call changes nothing
}

// Name is the provide's own name.
func (p Provide) Name() string { return p.Path.Provide() }

// Tagged reports whether the provide carries a tag.
func (p Provide) Tagged(tag string) bool { return slices.Contains(p.Tags, tag) }
