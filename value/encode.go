package value

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Values keep their types in JSON: a table whose only key begins with "$" stands for
// what JSON does not have.
const (
	tagSecret   = "$secret"   // a secret in clear text
	tagHidden   = "$hidden"   // one that the reader is not told
	tagSealed   = "$sealed"   // one that needs a key
	tagDigest   = "$digest"   // what identifies one without telling it
	tagDeferred = "$deferred" // a value that is not known yet: node and name
	tagFloat    = "$float"    // a number that is not a whole one by type
	tagInt64    = "$int64"
	tagUint64   = "$uint64"
	tagBytes    = "$bytes" // a text that is not UTF-8, in base64
	tagPairs    = "$pairs" // a table with keys that would be mistaken
)

// Encode writes a value, or a struct, list or table made of values, as JSON in ASCII of
// which no character means anything to XML. Fields have the names of their json tags;
// those that are zero are left out, so that what is not there comes back as zero. The
// error is that of the policy, or says which type has no form.
func Encode(v any, p Policy) ([]byte, error) {
	e := encoder{policy: p}
	if err := e.value(reflect.ValueOf(v)); err != nil {
		return nil, fmt.Errorf("cannot encode a %T: %w", v, err)
	}
	return e.b, nil
}

type encoder struct {
	b      []byte
	policy Policy
}

func (e *encoder) value(v reflect.Value) error {
	if !v.IsValid() {
		e.raw("null")
		return nil
	}
	switch x := v.Interface().(type) {
	case time.Time:
		e.text(x.Format(time.RFC3339Nano))
		return nil
	case Secret, Deferred:
		return e.dynamic(x)
	}
	switch v.Kind() {
	case reflect.Interface:
		return e.dynamic(v.Interface())
	case reflect.Pointer:
		return e.value(v.Elem()) // the zero Value for nil
	case reflect.String:
		e.text(v.String())
	case reflect.Bool:
		e.b = strconv.AppendBool(e.b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.b = strconv.AppendInt(e.b, v.Int(), 10)
	case reflect.Float64, reflect.Float32:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return e.dynamic(f)
		}
		e.b = strconv.AppendFloat(e.b, f, 'g', -1, 64)
	case reflect.Slice:
		if v.IsNil() {
			e.raw("null")
			return nil
		}
		return e.list(v)
	case reflect.Array:
		return e.list(v)
	case reflect.Map:
		return e.table(v)
	case reflect.Struct:
		e.raw("{")
		if _, err := e.fields(v, true); err != nil {
			return err
		}
		e.raw("}")
	default:
		return fmt.Errorf("a %s has no form", v.Type())
	}
	return nil
}

// fields writes the fields of a struct, those of embedded ones among them.
func (e *encoder) fields(v reflect.Value, first bool) (bool, error) {
	var err error
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := fieldName(f)
		switch {
		case f.Anonymous && name == "":
			if first, err = e.fields(v.Field(i), first); err != nil {
				return first, err
			}
			continue
		case name == "" || v.Field(i).IsZero():
			continue
		}
		e.key(name, first)
		first = false
		if err := e.value(v.Field(i)); err != nil {
			return first, fmt.Errorf("%s: %w", name, err)
		}
	}
	return first, nil
}

// fieldName is what a field is called, "" if it is not written.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" || !f.IsExported():
		return ""
	case name == "" && !f.Anonymous:
		return f.Name
	}
	return name
}

func (e *encoder) list(v reflect.Value) error {
	e.raw("[")
	for i := range v.Len() {
		if i > 0 {
			e.raw(",")
		}
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	e.raw("]")
	return nil
}

func (e *encoder) table(v reflect.Value) error {
	if v.IsNil() {
		e.raw("null")
		return nil
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	plain := !slices.ContainsFunc(keys, func(k reflect.Value) bool {
		return strings.HasPrefix(k.String(), "$") || !utf8.ValidString(k.String())
	})
	if plain {
		e.raw("{")
	} else {
		e.raw(`{"` + tagPairs + `":[`)
	}
	for i, k := range keys {
		if plain {
			e.key(k.String(), i == 0)
		} else {
			if i > 0 {
				e.raw(",")
			}
			e.raw("[")
			e.text(k.String())
			e.raw(",")
		}
		if err := e.value(v.MapIndex(k)); err != nil {
			return err
		}
		if !plain {
			e.raw("]")
		}
	}
	if !plain {
		e.raw("]")
	}
	e.raw("}")
	return nil
}

// dynamic writes a value whose type the reader does not know.
func (e *encoder) dynamic(x any) error {
	switch y := x.(type) {
	case nil:
		e.raw("null")
	case bool:
		e.b = strconv.AppendBool(e.b, y)
	case int:
		e.b = strconv.AppendInt(e.b, int64(y), 10)
	case string:
		e.text(y)
	case Secret:
		return e.secret(y)
	case Deferred:
		e.tagged(tagDeferred, func() {
			e.raw("[")
			e.text(y.Node)
			e.raw(",")
			e.text(y.Name)
			e.raw("]")
		})
	case float64:
		e.tagged(tagFloat, func() { e.text(strconv.FormatFloat(y, 'g', -1, 64)) })
	case int64:
		e.tagged(tagInt64, func() { e.text(strconv.FormatInt(y, 10)) })
	case uint64:
		e.tagged(tagUint64, func() { e.text(strconv.FormatUint(y, 10)) })
	case []any:
		return e.list(reflect.ValueOf(y))
	case map[string]any:
		return e.table(reflect.ValueOf(y))
	default:
		return e.dynamic(plain(x))
	}
	return nil
}

func (e *encoder) secret(s Secret) error {
	if e.policy.write == nil {
		e.raw(`{"` + tagHidden + `":true}`)
		return nil
	}
	tag, text, err := e.policy.write(s)
	if err != nil {
		return err
	}
	e.tagged(tag, func() { e.text(text) })
	return nil
}

func (e *encoder) tagged(tag string, value func()) {
	e.raw(`{"` + tag + `":`)
	value()
	e.raw("}")
}

func (e *encoder) key(name string, first bool) {
	if !first {
		e.raw(",")
	}
	e.ascii(name)
	e.raw(":")
}

// text writes a text, in base64 if it is not UTF-8.
func (e *encoder) text(s string) {
	if utf8.ValidString(s) {
		e.ascii(s)
		return
	}
	e.raw(`{"` + tagBytes + `":"`)
	e.b = base64.StdEncoding.AppendEncode(e.b, []byte(s))
	e.raw(`"}`)
}

// ascii writes a JSON text of which no character means anything to XML.
func (e *encoder) ascii(s string) {
	const hex = "0123456789abcdef"
	unit := func(r rune) {
		e.b = append(e.b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
	e.raw(`"`)
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			e.b = append(e.b, '\\', byte(r))
		case r == '\n':
			e.raw(`\n`)
		case r < ' ' || r == '<' || r == '>' || r == '&' || r >= 0x7f && r <= 0xffff:
			unit(r)
		case r > 0xffff:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		default:
			e.b = append(e.b, byte(r))
		}
	}
	e.raw(`"`)
}

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }
