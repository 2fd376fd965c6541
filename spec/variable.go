package spec

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/armonic/armonic/value"
)

// Variable is one typed, validated value inside a require.
type Variable struct {
	Name         string   `json:"name"`
	Type         Type     `json:"type"`
	Default      any      `json:"default,omitempty"` // nil is none
	Optional     bool     `json:"optional,omitempty"`
	Pattern      string   `json:"pattern,omitempty"` // regular expression (RE2) for the whole text
	PatternError string   `json:"pattern_error,omitempty"`
	Min          *float64 `json:"min,omitempty"` // of numbers; of a password, of its number of characters
	Max          *float64 `json:"max,omitempty"`
	OneOf        []any    `json:"one_of,omitempty"`
	FromXPath    string   `json:"from_xpath,omitempty"` // "Lifecycle/State/provide/require/variable" whose value this takes
	Modifier     string   `json:"modifier,omitempty"`   // "http://%s": applied once, when a module is given the value
	Suggests     bool     `json:"suggests,omitempty"`   // the module has a function that suggests values
	Validates    bool     `json:"validates,omitempty"`  // the module has a function that validates values
	Label        string   `json:"label,omitempty"`
	Help         string   `json:"help,omitempty"`
	Expert       bool     `json:"expert,omitempty"`   // shown only on demand
	Secret       bool     `json:"secret,omitempty"`   // never shown, logged or saved in clear
	Generate     int      `json:"generate,omitempty"` // a secret that nobody gave is made at random, of so many letters and digits
}

// Hidden reports whether values must not be shown.
func (v Variable) Hidden() bool {
	return v.Secret || v.Type.Kind == KindPassword || v.Type.Kind == KindList && v.Type.Elem != nil && v.Type.Elem.Hidden()
}

// Convert checks a value and gives it in the variable's type: string (Secret if
// hidden, or if it was one), int, float64, bool or []any. nil means no value, and
// stays nil. The error is one sentence that starts with the variable's name.
func (v Variable) Convert(x any) (any, error) {
	hide := v.Hidden()
	if s, ok := x.(value.Secret); ok {
		x, hide = s.Reveal(), true
	}
	if empty(x) {
		if !v.Optional {
			return nil, fmt.Errorf("%s is required", v.Name)
		}
		if x == nil {
			return nil, nil
		}
		if s, ok := x.(string); ok && s == "" && v.Type.Kind != KindStr {
			return nil, nil
		}
	}
	y, err := v.Type.hiding(v.Secret).convert(v.Name, x)
	if err != nil {
		if hide && v.Type.Kind != KindPassword { // whose message never quotes the value
			return nil, fmt.Errorf("%s is not a valid %s", v.Name, v.Type)
		}
		return nil, err
	}
	if err := v.constrain(y); err != nil {
		return nil, err
	}
	if s, ok := y.(string); ok && hide {
		return value.Secret(s), nil
	}
	return y, nil
}

// Modify gives the value as a module sees it.
func (v Variable) Modify(x any) any {
	if v.Modifier == "" || x == nil {
		return x
	}
	switch s := x.(type) {
	case string:
		return strings.Replace(v.Modifier, "%s", s, 1)
	case value.Secret:
		return value.Secret(strings.Replace(v.Modifier, "%s", s.Reveal(), 1))
	}
	return x
}

// CheckDefinition says what is wrong with the variable as declared, or nil: a
// pattern that is no regular expression, a default that is not valid.
func (v Variable) CheckDefinition() error {
	if v.Pattern != "" {
		if _, err := regexp.Compile(v.Pattern); err != nil {
			return fmt.Errorf("pattern of %s: %v", v.Name, err)
		}
	}
	if v.Modifier != "" && strings.Count(v.Modifier, "%s") != 1 {
		return fmt.Errorf("modifier of %s must contain %%s once, is %q", v.Name, v.Modifier)
	}
	if v.Secret && !v.Type.text() {
		return fmt.Errorf("%s cannot be secret: only texts and lists of texts can", v.Name)
	}
	if v.Generate != 0 {
		switch {
		case !v.Hidden() || v.Type.Kind == KindList:
			return fmt.Errorf("generate of %s: only a secret can be made at random", v.Name)
		case v.Generate < MinPassword || v.Generate > MaxGenerated:
			return fmt.Errorf("generate of %s is a length of %d to %d, is %d", v.Name, MinPassword, MaxGenerated, v.Generate)
		case v.Default != nil:
			return fmt.Errorf("generate of %s: it has a default already", v.Name)
		}
	}
	if v.Min != nil && v.Max != nil && *v.Min > *v.Max {
		return fmt.Errorf("min of %s is greater than its max", v.Name)
	}
	if v.Default == nil {
		return nil
	}
	w := v
	w.Optional = true
	if _, err := w.Convert(v.Default); err != nil {
		return fmt.Errorf("default of %s: %v", v.Name, err)
	}
	return nil
}

func (v Variable) constrain(x any) error {
	if n, ok := number(x); ok {
		if v.Min != nil && n < *v.Min {
			return fmt.Errorf("%s must be at least %v, is %v", v.Name, *v.Min, x)
		}
		if v.Max != nil && n > *v.Max {
			return fmt.Errorf("%s must be at most %v, is %v", v.Name, *v.Max, x)
		}
	}
	if s, ok := x.(string); ok && v.Type.Kind == KindPassword {
		least := MinPassword
		if v.Min != nil {
			least = int(*v.Min)
		}
		if utf8.RuneCountInString(s) < least {
			return fmt.Errorf("%s is too short: it needs at least %s", v.Name, Count(least, "character", "characters"))
		}
	}
	if s, ok := x.(string); ok && v.Pattern != "" {
		re, err := regexp.Compile(`\A(?:` + v.Pattern + `)\z`)
		if err != nil {
			return fmt.Errorf("pattern of %s: %v", v.Name, err)
		}
		if !re.MatchString(s) {
			return v.patternError(s)
		}
	}
	if len(v.OneOf) > 0 && !v.among(x) {
		return fmt.Errorf("%s must be one of %s%s", v.Name, list(v.OneOf), v.shown(x))
	}
	return nil
}

func (v Variable) patternError(s string) error {
	if v.PatternError != "" {
		return fmt.Errorf("%s: %s%s", v.Name, v.PatternError, v.shown(s))
	}
	return fmt.Errorf("%s must match %s%s", v.Name, v.Pattern, v.shown(s))
}

// shown is ", is X" for values that may be seen.
func (v Variable) shown(x any) string {
	if v.Hidden() {
		return ""
	}
	return fmt.Sprintf(", is %s", quote(x))
}

func (v Variable) among(x any) bool {
	for _, o := range v.OneOf {
		if y, err := v.Type.hiding(v.Secret).convert(v.Name, o); err == nil && value.Equal(y, x) {
			return true
		}
	}
	return false
}

func list(xs []any) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		parts[i] = fmt.Sprint(x)
	}
	return strings.Join(parts, ", ")
}

func empty(x any) bool {
	switch y := x.(type) {
	case nil:
		return true
	case string:
		return y == ""
	case []any:
		return len(y) == 0
	case map[string]any:
		return len(y) == 0
	}
	return false
}
