package spec

import (
	"fmt"
	"strconv"
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
	KindPort     TypeKind = "port"     // a number from 1 to 65535: one that can be listened on
	KindPath     TypeKind = "path"     // of a file or directory: absolute and clean, but for a slash at its end
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

// Lists reports whether values are lists.
func (t Type) Lists() bool { return t.Kind == KindList || t.Kind == KindHosts }

func (t Type) convert(name string, x any) (any, error) {
	switch t.Kind {
	case KindInt:
		return toInt(name, x)
	case KindPort:
		n, err := toInt(name, x)
		if err != nil {
			return nil, err
		}
		if n < 1 || n > 65535 {
			return nil, fmt.Errorf("%s must be a port from 1 to 65535, is %d", name, n)
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
	case KindPath:
		err = checkPath(name, s)
	case KindStr, KindPassword:
	default:
		err = fmt.Errorf("%s has the unknown type %q", name, t.Kind)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// named reports whether values are names: no number is one, and no truth value.
func (t Type) named() bool {
	switch t.Kind {
	case KindHost, KindThisHost, KindHostname, KindURL, KindPath:
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
	case KindStr, KindHost, KindHostname, KindURL, KindPath, KindPassword, KindThisHost, KindHosts:
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
