package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/yamltext"
)

// Sources are where settings come from, in rising order: files, environment, flags.
type Sources struct {
	Files    []string       // those that do not exist are left out
	Required string         // a file that must exist, after Files; "" is none
	Env      []string       // as os.Environ
	Flags    *pflag.FlagSet // the flag of key muc_domain is --muc-domain; nil is none
}

// Entry is one setting.
type Entry struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // secrets as value.Secret
	From  string `json:"from"`  // "default", a file, "environment ARMONIC_JID", "flag --jid"
	Doc   string `json:"doc"`
}

// LoadClient gathers the settings of commands. The error is spec.Invalid and names
// the source and the key.
func LoadClient(s Sources) (Client, []Entry, error) {
	c := DefaultClient()
	all, err := load(s, &c)
	return c, all, err
}

// LoadAgent gathers the settings of an agent. The error is spec.Invalid and names
// the source and the key.
func LoadAgent(s Sources) (Agent, []Entry, error) {
	a := DefaultAgent()
	all, err := load(s, &a)
	return a, all, err
}

// layer is what one source says.
type layer struct {
	name   string              // of the source
	from   func(string) string // says where a key came from
	values map[string]any
	file   bool
}

// load puts what the sources say into a struct that holds the defaults.
func load(s Sources, into any) ([]Entry, error) {
	keys := keysOf(reflect.TypeOf(into).Elem())
	layers, err := s.layers(keys)
	if err != nil {
		return nil, err
	}
	k := koanf.New("\x00") // no key is a path
	from := map[string]string{}
	for _, l := range layers {
		l.replace(k, from)
		for _, name := range slices.Sorted(mapKeys(l.values)) {
			v, err := keys.convert(name, l.values[name])
			if err != nil {
				return nil, spec.Errorf(spec.Invalid, "%s: %s: %v", l.name, name, err).WithHint("%s: %s", name, keys[name].doc)
			}
			if l.file && keys[name].path {
				v = beside(l.name, v)
			}
			if err := k.Load(confmap.Provider(map[string]any{name: v}, ""), nil); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", l.name, name, err)
			}
			from[name] = l.from(name)
		}
	}
	if err := k.Unmarshal("", into); err != nil {
		return nil, fmt.Errorf("cannot read the settings: %w", err)
	}
	return keys.entries(reflect.ValueOf(into).Elem(), from), nil
}

// replace takes back what earlier sources say in another way of what this one says: a
// password in a file is not that of an account for which a flag names a password file.
func (l layer) replace(k *koanf.Koanf, from map[string]string) {
	server, _ := l.values["server"].(string)
	_, port, _ := net.SplitHostPort(server)
	for old, said := range map[string]bool{
		"password":      l.values["password_file"] != nil,
		"password_file": l.values["password"] != nil,
		"port":          port != "",
	} {
		if said {
			k.Delete(old)
			delete(from, old)
		}
	}
}

func (s Sources) layers(keys keys) ([]layer, error) {
	var out []layer
	for _, name := range s.Files {
		l, err := file(name, keys)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	if s.Required != "" {
		l, err := file(s.Required, keys)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, spec.Errorf(spec.Invalid, "there is no file %s", s.Required).WithHint("it was asked for with --config or ARMONIC_CONFIG")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return append(out, environment(s.Env, keys), flags(s.Flags, keys)), nil
}

// file reads a file of settings; the error is fs.ErrNotExist, or spec.Invalid.
func file(name string, keys keys) (layer, error) {
	l := layer{name: name, from: func(string) string { return name }, values: map[string]any{}, file: true}
	text, err := spec.ReadText(name)
	if errors.Is(err, fs.ErrNotExist) {
		return l, err
	}
	if err != nil {
		return l, spec.Errorf(spec.Invalid, "cannot read the settings: %v", err).
			WithHint("settings are in a file that the user of this program can read")
	}
	n, err := yamltext.Parse(text)
	if err != nil {
		return l, badSettings(name, err)
	}
	if n.Kind == yamltext.List || n.Kind == yamltext.Text {
		return l, badSettings(name, &yamltext.Error{Line: n.Line, Msg: "this is " + string(n.Kind) + ", and no settings", Hint: "a line is KEY: VALUE"})
	}
	for _, e := range n.Table {
		if _, known := keys[e.Key]; !known {
			return l, keys.unknown(name, e.Key)
		}
		if v := e.Value.Value(); v != nil { // "key:" says nothing
			l.values[e.Key] = v
		}
	}
	return l, nil
}

// badSettings says where a file is no file of settings.
func badSettings(name string, err error) error {
	var e *yamltext.Error
	if !errors.As(err, &e) {
		return spec.Errorf(spec.Invalid, "cannot read the settings in %s: %v", name, err)
	}
	return spec.Errorf(spec.Invalid, "cannot read the settings in %s, line %d: %s", name, e.Line, e.Msg).WithHint("%s", e.Hint)
}

// variable is the name of a key in the environment.
func variable(key string) string { return "ARMONIC_" + strings.ToUpper(key) }

// environment takes the variables that are a key; there are others, that are no
// settings.
func environment(env []string, keys keys) layer {
	l := layer{name: "environment", from: func(key string) string { return "environment " + variable(key) }, values: map[string]any{}}
	for key := range keys {
		for _, e := range env {
			if name, value, _ := strings.Cut(e, "="); name == variable(key) && value != "" {
				l.values[key] = value
			}
		}
	}
	return l
}

// flagOf is the flag of a key.
func flagOf(key string) string {
	switch key { // what may be given several times is named in the singular
	case "masters":
		return "master"
	case "module_dirs":
		return "module-dir"
	case "default_modules":
		return "no-default-modules"
	}
	return strings.ReplaceAll(key, "_", "-")
}

// flags takes those that were given.
func flags(set *pflag.FlagSet, keys keys) layer {
	l := layer{name: "flags", from: func(key string) string { return "flag --" + flagOf(key) }, values: map[string]any{}}
	if set == nil {
		return l
	}
	for key := range keys {
		f := set.Lookup(flagOf(key))
		if f == nil || !f.Changed {
			continue
		}
		l.values[key] = f.Value.String()
		if many, ok := f.Value.(pflag.SliceValue); ok {
			list := []any{}
			for _, x := range many.GetSlice() {
				list = append(list, x)
			}
			l.values[key] = list
		}
		if key == "default_modules" {
			l.values[key] = f.Value.String() != "true"
		}
	}
	return l
}
