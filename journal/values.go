package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// Values keep their types in JSON: a table whose only key begins with "$" stands for
// what JSON does not have. What is written as JSON has it: texts, truths, nothing,
// whole numbers, lists, and tables without such keys.
const (
	tagSecret   = "$secret"   // sealed
	tagDigest   = "$digest"   // of a secret
	tagFloat    = "$float"    // a number that is not an int
	tagInt64    = "$int64"    //
	tagUint64   = "$uint64"   //
	tagBytes    = "$bytes"    // a text that is not UTF-8, in base64
	tagDeferred = "$deferred" // a value that is not known yet
	tagPairs    = "$pairs"    // a table with keys that would be mistaken
)

// keyError is a secret that cannot be sealed or unsealed.
type keyError struct{ error }

func (e keyError) Unwrap() error { return e.error }

// encoder turns values into what json.Marshal keeps. Hide is what becomes of secrets.
type encoder struct {
	hide func(spec.Secret) (any, error)
}

func sealing(k seal.KeyFile) encoder {
	return encoder{func(s spec.Secret) (any, error) { return tagged(tagSecret, s, k.Seal) }}
}

func digesting(k seal.KeyFile) encoder {
	return encoder{func(s spec.Secret) (any, error) { return tagged(tagDigest, s, k.Digest) }}
}

func tagged(tag string, s spec.Secret, fn func(spec.Secret) (string, error)) (any, error) {
	text, err := fn(s)
	if err != nil {
		return nil, keyError{err}
	}
	return map[string]any{tag: text}, nil
}

func (e encoder) inputs(in spec.Inputs) (json.RawMessage, error) {
	if in == nil {
		return nil, nil
	}
	out := map[string][]map[string]any{}
	for name, sets := range in {
		list := make([]map[string]any, len(sets))
		for i, set := range sets {
			table := map[string]any{}
			for k, x := range set {
				y, err := e.value(x)
				if err != nil {
					return nil, fmt.Errorf("%s/%s: %w", name, k, err)
				}
				table[k] = y
			}
			list[i] = table
		}
		out[name] = list
	}
	return json.Marshal(out)
}

func (e encoder) raw(x any) (json.RawMessage, error) {
	if x == nil {
		return nil, nil
	}
	y, err := e.value(x)
	if err != nil {
		return nil, err
	}
	return json.Marshal(y)
}

func (e encoder) value(x any) (any, error) {
	switch y := x.(type) {
	case nil, bool, int:
		return y, nil
	case string:
		if !utf8.ValidString(y) {
			return map[string]any{tagBytes: base64.StdEncoding.EncodeToString([]byte(y))}, nil
		}
		return y, nil
	case spec.Secret:
		return e.hide(y)
	case float64:
		return map[string]any{tagFloat: strconv.FormatFloat(y, 'g', -1, 64)}, nil
	case int64:
		return map[string]any{tagInt64: strconv.FormatInt(y, 10)}, nil
	case uint64:
		return map[string]any{tagUint64: strconv.FormatUint(y, 10)}, nil
	case spec.Deferred:
		return map[string]any{tagDeferred: y}, nil
	case []any:
		out := make([]any, len(y))
		for i := range y {
			var err error
			if out[i], err = e.value(y[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		return e.table(y)
	}
	return e.other(x)
}

func (e encoder) table(t map[string]any) (any, error) {
	out := make(map[string]any, len(t))
	var pairs []any
	plain := true
	for _, k := range sortedKeys(t) {
		y, err := e.value(t[k])
		if err != nil {
			return nil, err
		}
		key, _ := e.value(k)
		out[k], pairs = y, append(pairs, []any{key, y})
		plain = plain && utf8.ValidString(k) && !strings.HasPrefix(k, "$")
	}
	if plain {
		return out, nil
	}
	return map[string]any{tagPairs: pairs}, nil
}

// other keeps what modules do not exchange, but a provide written in Go may return,
// as JSON shows it.
func (e encoder) other(x any) (any, error) {
	text, err := json.Marshal(x)
	if err != nil {
		return e.value(fmt.Sprint(x))
	}
	var y any
	if err := json.Unmarshal(text, &y); err != nil {
		return nil, err
	}
	return e.value(y)
}

// decoder turns them back. Unseal is asked for secrets.
type decoder struct {
	unseal func(string) (spec.Secret, error)
}

func (d decoder) inputs(text json.RawMessage) (spec.Inputs, error) {
	var in map[string][]map[string]any
	if err := unmarshal(text, &in); err != nil || in == nil {
		return nil, err
	}
	out := spec.Inputs{}
	for name, sets := range in {
		list := make([]spec.Set, len(sets))
		for i, table := range sets {
			list[i] = spec.Set{}
			for k, x := range table {
				y, err := d.value(x)
				if err != nil {
					return nil, fmt.Errorf("%s/%s: %w", name, k, err)
				}
				list[i][k] = y
			}
		}
		out[name] = list
	}
	return out, nil
}

func (d decoder) raw(text json.RawMessage) (any, error) {
	var x any
	if err := unmarshal(text, &x); err != nil {
		return nil, err
	}
	return d.value(x)
}

func unmarshal(text json.RawMessage, v any) error {
	if len(text) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}

func (d decoder) value(x any) (any, error) {
	switch y := x.(type) {
	case json.Number:
		return strconv.Atoi(y.String())
	case []any:
		for i := range y {
			var err error
			if y[i], err = d.value(y[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k, v := range y {
			if len(y) == 1 && strings.HasPrefix(k, "$") {
				return d.tagged(k, v)
			}
			var err error
			if y[k], err = d.value(v); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

var errValue = errors.New("a value is not as it was written")

func (d decoder) tagged(tag string, x any) (any, error) {
	switch y := x.(type) {
	case []any:
		if tag == tagPairs {
			return d.pairs(y)
		}
	case map[string]any:
		node, ok := y["node"].(string)
		name, also := y["name"].(string)
		if tag == tagDeferred && ok && also {
			return spec.Deferred{Node: node, Name: name}, nil
		}
	case string:
		switch tag {
		case tagSecret:
			s, err := d.unseal(y)
			if err != nil {
				return nil, keyError{err}
			}
			return s, nil
		case tagDigest:
			return y, nil
		case tagFloat:
			return strconv.ParseFloat(y, 64)
		case tagInt64:
			return strconv.ParseInt(y, 10, 64)
		case tagUint64:
			return strconv.ParseUint(y, 10, 64)
		case tagBytes:
			b, err := base64.StdEncoding.DecodeString(y)
			return string(b), err
		}
	}
	return nil, errValue
}

func (d decoder) pairs(list []any) (any, error) {
	out := make(map[string]any, len(list))
	for _, x := range list {
		pair, ok := x.([]any)
		if !ok || len(pair) != 2 {
			return nil, errValue
		}
		k, err := d.value(pair[0])
		if err != nil {
			return nil, err
		}
		key, ok := k.(string)
		if !ok {
			return nil, errValue
		}
		if out[key], err = d.value(pair[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
