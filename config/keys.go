package config

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sahilm/fuzzy"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// key is a field of a struct of settings.
type key struct {
	order int
	typ   reflect.Type
	index []int
	doc   string
	path  bool
}

type keys map[string]key

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// keysOf lists the fields of a struct of settings by key.
func keysOf(t reflect.Type) keys {
	out := keys{}
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("koanf")
		if f.Anonymous || name == "" {
			continue
		}
		out[name] = key{order: len(out), typ: f.Type, index: f.Index, doc: f.Tag.Get("doc"), path: f.Tag.Get("path") != ""}
	}
	return out
}

// names lists the keys in the order of the fields.
func (ks keys) names() []string {
	return slices.SortedFunc(maps.Keys(ks), func(a, b string) int { return ks[a].order - ks[b].order })
}

// unknown refuses a key, and says which one may have been meant.
func (ks keys) unknown(file, name string) error {
	err := spec.Errorf(spec.Invalid, "%s: there is no setting %q", file, name)
	if like := fuzzy.Find(name, ks.names()); len(like) > 0 {
		return err.WithHint("did you mean %s?", like[0].Str)
	}
	return err.WithHint("there are %s", strings.Join(ks.names(), ", "))
}

// convert makes what a source says of a key into a value of its type.
func (ks keys) convert(name string, v any) (any, error) {
	switch typ := ks[name].typ; typ {
	case reflect.TypeFor[time.Duration]():
		text := fmt.Sprint(v)
		if text == "0" {
			return time.Duration(0), nil
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return nil, fmt.Errorf("%q is not a duration, such as 30m", text)
		}
		return d, nil
	default:
		switch typ.Kind() {
		case reflect.Bool:
			switch fmt.Sprint(v) {
			case "true", "1", "yes", "on":
				return true, nil
			case "false", "0", "no", "off":
				return false, nil
			}
			return nil, fmt.Errorf("%q is not true or false", fmt.Sprint(v))
		case reflect.Int:
			n, err := strconv.Atoi(fmt.Sprint(v))
			if err != nil || n < 0 || n > math.MaxUint16 {
				return nil, fmt.Errorf("%q is not a number from 0 to 65535", fmt.Sprint(v))
			}
			return n, nil
		case reflect.Slice:
			return list(v)
		case reflect.Map:
			if typ.Elem().Kind() == reflect.String {
				return texts(v)
			}
			return lists(v, name == "groups")
		}
		return text(v)
	}
}

// beside makes the paths of a value absolute: those in a file are relative to its
// folder.
func beside(file string, v any) any {
	dir := filepath.Dir(file)
	switch x := v.(type) {
	case string:
		if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(x, "~/") {
			return filepath.Join(home, x[2:])
		}
		if x != "" && !filepath.IsAbs(x) {
			return filepath.Join(dir, x)
		}
		return x
	case []string:
		out := make([]string, len(x))
		for i, s := range x {
			out[i] = beside(file, s).(string)
		}
		return out
	}
	return v
}

// list takes a list of texts, or a text with commas.
func list(v any) ([]string, error) {
	switch x := v.(type) {
	case string:
		out := []string{}
		for _, part := range strings.Split(x, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
		return out, nil
	case []any:
		out := []string{}
		for _, part := range x {
			s, err := text(part)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fmt.Errorf("it must be a list")
}

// lists takes lists of texts by name; as one text they are "web=web1,web2; db=db1". Names of
// groups of hosts are names.
func lists(v any, groups bool) (map[string][]string, error) {
	out := map[string][]string{}
	switch x := v.(type) {
	case string:
		for part := range strings.SplitSeq(x, ";") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			name, members, ok := strings.Cut(part, "=")
			if !ok {
				return nil, fmt.Errorf("%q is not NAME=%s", part, map[bool]string{true: "HOST,HOST", false: "JID,JID"}[groups])
			}
			out[strings.TrimSpace(name)], _ = list(members)
		}
	case map[string]any:
		for name, members := range x {
			l, err := list(members)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out[name] = l
		}
	default:
		return nil, fmt.Errorf("it must be a table of lists, such as {web: [web1, web2]}")
	}
	for name, members := range out {
		if groups && (name == "" || strings.ContainsAny(name, "@, \t=")) {
			return nil, fmt.Errorf("%q cannot be the name of a group: it has letters, digits and dashes", name)
		}
		switch {
		case len(members) == 0 && groups:
			return nil, fmt.Errorf("the group %s has no hosts", name)
		case len(members) == 0:
			return nil, fmt.Errorf("%s names nobody", name)
		}
	}
	return out, nil
}

// texts takes texts by name; as one text they are "quit=Q; help=f1".
func texts(v any) (map[string]string, error) {
	out := map[string]string{}
	switch x := v.(type) {
	case string:
		for part := range strings.SplitSeq(x, ";") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			name, value, ok := strings.Cut(part, "=")
			if !ok {
				return nil, fmt.Errorf("%q is not NAME=KEYS", part)
			}
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	case map[string]any:
		for name, value := range x {
			s, err := text(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out[name] = s
		}
	default:
		return nil, fmt.Errorf("it must be a table of texts, such as {quit: Q}")
	}
	return out, nil
}

// text takes a text. What YAML takes for a number may have lost its zeros.
func text(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("it must be a text: put it into quotes")
	}
	return s, nil
}

// entries lists the settings of a struct, in the order of its fields.
func (ks keys) entries(v reflect.Value, from map[string]string) []Entry {
	var out []Entry
	for _, name := range ks.names() {
		e := Entry{Name: name, Value: v.FieldByIndex(ks[name].index).Interface(), From: from[name], Doc: ks[name].doc}
		if e.Value == value.Secret("") {
			e.Value = "" // there is nothing to hide
		}
		if e.From == "" {
			e.From = "default"
		}
		out = append(out, e)
	}
	return out
}
