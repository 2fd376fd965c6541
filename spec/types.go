package spec

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// TypeKind names a type of variable as modules write it.
type TypeKind string

// The types. The last three are filled by Armonic.
const (
	KindStr      TypeKind = "str"
	KindInt      TypeKind = "int"
	KindFloat    TypeKind = "float"
	KindBool     TypeKind = "bool"
	KindList     TypeKind = "list"
	KindPort     TypeKind = "port"     // a number from 0 to 65535
	KindHost     TypeKind = "host"     // a host name or an IP address
	KindHostname TypeKind = "hostname" // an RFC 1123 name
	KindURL      TypeKind = "url"
	KindPassword TypeKind = "password" // at least MinPassword characters, secret

	KindThisHost      TypeKind = "this_host"      // the host of the node
	KindHosts         TypeKind = "hosts"          // the hosts of all instances of a multiplied require
	KindFirstInstance TypeKind = "first_instance" // whether the node is the first of them
)

// MinPassword is how many characters a password needs whose variable says nothing
// of it.
const MinPassword = 6

// Type is a type of variable: a kind, and for lists what they hold.
type Type struct {
	Kind TypeKind  `json:"kind"`
	Elem *Variable `json:"elem,omitempty"` // of a list: type and constraints of one element
}

// String writes the type as a module does.
func (t Type) String() string {
	if t.Kind == KindList && t.Elem != nil {
		return "list_of(" + t.Elem.Type.String() + ")"
	}
	return string(t.Kind)
}

// Filled reports whether Armonic, not the operator, gives the value.
func (t Type) Filled() bool {
	return t.Kind == KindThisHost || t.Kind == KindHosts || t.Kind == KindFirstInstance
}

func (t Type) convert(name string, x any) (any, error) {
	switch t.Kind {
	case KindInt:
		return toInt(name, x)
	case KindPort:
		n, err := toInt(name, x)
		if err != nil {
			return nil, err
		}
		if n < 0 || n > 65535 {
			return nil, fmt.Errorf("%s must be a port from 0 to 65535, is %d", name, n)
		}
		return n, nil
	case KindFloat:
		return toFloat(name, x)
	case KindBool, KindFirstInstance:
		return toBool(name, x)
	case KindList:
		return t.toList(name, x)
	case KindHosts:
		elem := Variable{Type: Type{Kind: KindHost}}
		return Type{Kind: KindList, Elem: &elem}.toList(name, x)
	}
	s, err := toString(name, x)
	if _, isText := x.(string); err == nil && !isText && t.named() {
		err = fmt.Errorf("%s must be a text, is %s", name, quote(x))
	}
	if err != nil {
		return nil, err
	}
	switch t.Kind {
	case KindHost, KindThisHost:
		err = checkHost(name, s)
	case KindHostname:
		err = checkHostname(name, s)
	case KindURL:
		err = checkURL(name, s)
	case KindStr, KindPassword:
	default:
		err = fmt.Errorf("%s has the unknown type %q", name, t.Kind)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// named reports whether values are names that no number or truth value is one of.
func (t Type) named() bool {
	switch t.Kind {
	case KindHost, KindThisHost, KindHostname, KindURL:
		return true
	}
	return false
}

// hiding is the type of a list whose elements are secret, if secret says so.
func (t Type) hiding(secret bool) Type {
	if secret && t.Kind == KindList {
		elem := Variable{Type: Type{Kind: KindStr}}
		if t.Elem != nil {
			elem = *t.Elem
		}
		elem.Secret = true
		t.Elem = &elem
	}
	return t
}

// text reports whether values are texts, or lists of them: what can be a value.Secret.
func (t Type) text() bool {
	switch t.Kind {
	case KindInt, KindPort, KindFloat, KindBool, KindFirstInstance:
		return false
	case KindList:
		return t.Elem == nil || t.Elem.Type.text()
	case KindStr, KindHost, KindHostname, KindURL, KindPassword, KindThisHost, KindHosts:
	}
	return true
}

func (t Type) toList(name string, x any) (any, error) {
	xs, ok := x.([]any)
	if !ok {
		return nil, fmt.Errorf("%s must be a list, is %s", name, quote(x))
	}
	elem := Variable{Type: Type{Kind: KindStr}}
	if t.Elem != nil {
		elem = *t.Elem
	}
	out := make([]any, len(xs))
	for i, y := range xs {
		elem.Name = name + "[" + strconv.Itoa(i) + "]"
		z, err := elem.Convert(y)
		if err != nil {
			return nil, err
		}
		out[i] = z
	}
	return out, nil
}

func toString(name string, x any) (string, error) {
	switch y := x.(type) {
	case string:
		if !utf8.ValidString(y) {
			return "", fmt.Errorf("%s is not valid UTF-8", name)
		}
		return y, nil
	case bool: // as modules and people write it
		if y {
			return "True", nil
		}
		return "False", nil
	case float64:
		return decimal(y), nil
	case int, int64, uint64:
		return fmt.Sprint(y), nil
	}
	return "", fmt.Errorf("%s must be a text, is %s", name, quote(x))
}

func toInt(name string, x any) (int, error) {
	switch y := x.(type) {
	case int:
		return y, nil
	case int64:
		return int(y), nil
	case uint64:
		if y <= math.MaxInt64 {
			return int(y), nil
		}
	case bool:
		if y {
			return 1, nil
		}
		return 0, nil
	case float64:
		if math.Abs(y) < 1<<53 { // false for NaN
			return int(y), nil
		}
	case string:
		if n, err := strconv.Atoi(strings.TrimSpace(y)); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s must be a whole number, is %s", name, quote(x))
}

func toFloat(name string, x any) (float64, error) {
	f, ok := number(x)
	if s, isText := x.(string); isText {
		s = strings.TrimSpace(s)
		var err error
		f, err = strconv.ParseFloat(s, 64)
		ok = err == nil && !strings.ContainsAny(s, "xX_")
	}
	if b, isBool := x.(bool); isBool {
		n, _ := toInt(name, b)
		f, ok = float64(n), true
	}
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s must be a number, is %s", name, quote(x))
	}
	return f, nil
}

func toBool(name string, x any) (bool, error) {
	switch y := x.(type) {
	case bool:
		return y, nil
	case string:
		switch strings.ToLower(y) {
		case "true", "yes", "y":
			return true, nil
		case "false", "no", "n":
			return false, nil
		}
	}
	return false, fmt.Errorf("%s must be yes or no, is %s", name, quote(x))
}

func number(x any) (float64, bool) {
	switch y := x.(type) {
	case int:
		return float64(y), true
	case int64:
		return float64(y), true
	case uint64:
		return float64(y), true
	case float64:
		return y, true
	}
	return 0, false
}

const label = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`

var (
	hostnameRE = regexp.MustCompile(`\A` + label + `(?:\.` + label + `)*\z`)
	digitsRE   = regexp.MustCompile(`\A[0-9.]+\z`)
)

func checkHostname(name, s string) error {
	if len(s) > 253 || !hostnameRE.MatchString(s) || digitsRE.MatchString(s) {
		return fmt.Errorf("%s must be a host name such as www.example.org, is %s", name, quote(s))
	}
	return nil
}

func checkHost(name, s string) error {
	if _, err := netip.ParseAddr(s); err == nil {
		return nil
	}
	if checkHostname(name, s) != nil {
		return fmt.Errorf("%s must be a host name or an IP address, is %s", name, quote(s))
	}
	return nil
}

func checkURL(name, s string) error {
	u, err := url.Parse(s)
	local := err == nil && u.Scheme == "file" && u.Path != ""
	if err != nil || u.Scheme == "" || u.Host == "" && !local {
		return fmt.Errorf("%s must be a URL such as http://host:80/, is %s", name, quote(s))
	}
	return nil
}

// quote shows a value in a message, shortened to fit a line.
func quote(x any) string {
	var s string
	switch y := x.(type) {
	case string:
		s = strconv.Quote(y)
	case nil:
		return "nothing"
	case []any:
		return fmt.Sprintf("a list of %d", len(y))
	case map[string]any:
		return "a table"
	default:
		s = fmt.Sprint(y)
	}
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:39]) + "…"
	}
	return s
}
