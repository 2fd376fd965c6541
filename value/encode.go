package value

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
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

// Encoded is what Encode wrote: in what is made of values it stands for its value, and is not
// written again.
type Encoded []byte

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
	case Encoded:
		e.b = append(e.b, x...)
		return nil
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
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		e.b = strconv.AppendUint(e.b, v.Uint(), 10)
	case reflect.Float64, reflect.Float32:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return e.dynamic(f)
		}
		e.b = strconv.AppendFloat(e.b, v.Float(), 'g', -1, 64)
	case reflect.Slice, reflect.Array:
		return e.list(v)
	case reflect.Map:
		return e.table(v)
	case reflect.Struct:
		e.raw("{")
		err := e.fields(v)
		e.raw("}")
		return err
	default:
		return fmt.Errorf("a %s has no form", v.Type())
	}
	return nil
}

// fields writes the fields of a struct, those of embedded ones among them.
func (e *encoder) fields(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := fieldName(f)
		var err error
		switch {
		case f.Anonymous && name == "":
			err = e.fields(v.Field(i))
		case name != "" && !v.Field(i).IsZero():
			e.key(name)
			err = e.value(v.Field(i))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
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
	if v.Kind() == reflect.Slice && v.IsNil() {
		e.raw("null")
		return nil
	}
	e.raw("[")
	for i := range v.Len() {
		e.comma()
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
	keys := sortedKeys(v)
	if slices.ContainsFunc(keys, func(k reflect.Value) bool {
		return strings.HasPrefix(k.String(), "$") || !utf8.ValidString(k.String())
	}) {
		return e.pairs(v, keys)
	}
	e.raw("{")
	for _, k := range keys {
		e.key(k.String())
		if err := e.value(v.MapIndex(k)); err != nil {
			return err
		}
	}
	e.raw("}")
	return nil
}

func (e *encoder) pairs(v reflect.Value, keys []reflect.Value) error {
	e.raw(`{"` + tagPairs + `":[`)
	for _, k := range keys {
		e.comma()
		e.raw("[")
		e.text(k.String())
		e.raw(",")
		if err := e.value(v.MapIndex(k)); err != nil {
			return err
		}
		e.raw("]")
	}
	e.raw("]}")
	return nil
}

func sortedKeys(table reflect.Value) []reflect.Value {
	keys := table.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// dynamic writes a value whose type the reader does not know.
func (e *encoder) dynamic(x any) error {
	switch y := x.(type) {
	case nil, bool, int, string, []any, map[string]any:
		return e.value(reflect.ValueOf(x))
	case Secret:
		return e.secret(y)
	case Deferred:
		return e.tagged(tagDeferred, [2]string{y.Node, y.Name})
	case float64:
		return e.tagged(tagFloat, strconv.FormatFloat(y, 'g', -1, 64))
	case int64:
		return e.tagged(tagInt64, strconv.FormatInt(y, 10))
	case uint64:
		return e.tagged(tagUint64, strconv.FormatUint(y, 10))
	}
	return e.dynamic(plain(x))
}

func (e *encoder) secret(s Secret) error {
	if e.policy.write == nil {
		return e.tagged(tagHidden, true)
	}
	tag, text, err := e.policy.write(s)
	if err != nil {
		return err
	}
	return e.tagged(tag, text)
}

func (e *encoder) tagged(tag string, x any) error {
	e.raw("{")
	e.key(tag)
	err := e.value(reflect.ValueOf(x))
	e.raw("}")
	return err
}

func (e *encoder) key(name string) {
	e.comma()
	e.raw(inASCII(name))
	e.raw(":")
}

// comma separates from what was written before in the same list or table, if anything.
func (e *encoder) comma() {
	if last := e.b[len(e.b)-1]; last != '[' && last != '{' {
		e.raw(",")
	}
}

// text writes a text, in base64 if it is not UTF-8.
func (e *encoder) text(s string) {
	if utf8.ValidString(s) {
		e.raw(inASCII(s))
		return
	}
	e.raw(`{"` + tagBytes + `":"`)
	e.b = base64.StdEncoding.AppendEncode(e.b, []byte(s))
	e.raw(`"}`)
}

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

// JSON is any value as JSON in ASCII, as programs read it: secrets are hidden, and a
// terminal is not sent anything that it would obey.
func JSON(x any) (string, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(x)
	return onlyASCII(strings.TrimSuffix(b.String(), "\n")), err
}

// inASCII is a text in JSON of which no character means anything to XML.
func inASCII(s string) string {
	if needsNothing(s) {
		return `"` + s + `"`
	}
	text, _ := json.Marshal(s) // a text always has a form
	return onlyASCII(string(text))
}

// needsNothing reports whether a text stands in JSON as it is.
func needsNothing(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// onlyASCII escapes all other characters of a JSON text, and the one control character
// that JSON does not.
func onlyASCII(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x7f {
			b.WriteByte(byte(r))
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
