package value

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// Canonical writes a value, or lists and tables of any type, so that two that are the same
// have the same text and all others another one. Numbers are the same whatever
// their type, a secret is the same as its text. Since the text holds secrets, it is one.
func Canonical(x any) Secret { return Secret(canonical(nil, x)) }

// Digest identifies a value by 32 hexadecimal digits: of SHA-256 over Canonical. It is
// for telling values apart in memory. Where others may read it, use a keyed digest,
// since a short secret can be found by trying.
func Digest(x any) string {
	sum := sha256.Sum256(canonical(nil, x))
	return hex.EncodeToString(sum[:16])
}

// Equal reports whether two values are the same, as Canonical sees them.
func Equal(a, b any) bool { return bytes.Equal(canonical(nil, a), canonical(nil, b)) }

func canonical(b []byte, x any) []byte {
	switch y := x.(type) {
	case nil:
		return append(b, "null"...)
	case Deferred:
		b = strconv.AppendQuote(append(b, "deferred("...), y.Node)
		return append(strconv.AppendQuote(append(b, ','), y.Name), ')')
	}
	switch v := reflect.ValueOf(x); v.Kind() {
	case reflect.String:
		return strconv.AppendQuote(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Float64, reflect.Float32:
		return canonicalFloat(b, v.Float())
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...)
		}
		return canonical(b, v.Elem().Interface())
	case reflect.Slice, reflect.Array:
		return canonicalList(b, v)
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			return canonicalTable(b, v)
		}
	}
	return canonical(b, plain(x))
}

// canonicalFloat writes a whole number as an int of the same size.
func canonicalFloat(b []byte, f float64) []byte {
	if f == math.Trunc(f) && !math.IsInf(f, 0) {
		return strconv.AppendFloat(b, f+0, 'f', 0, 64) // exact; -0 is 0
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

func canonicalList(b []byte, v reflect.Value) []byte {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = canonical(b, v.Index(i).Interface())
	}
	return append(b, ']')
}

func canonicalTable(b []byte, v reflect.Value) []byte {
	b = append(b, '{')
	for i, k := range sortedKeys(v) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, k.String()), ':')
		b = canonical(b, v.MapIndex(k).Interface())
	}
	return append(b, '}')
}

// plain turns what is no value, but what a provide that is written in Go may return,
// into one: as JSON shows it, without its secrets, else as it prints.
func plain(x any) any {
	text, err := json.Marshal(x)
	if err != nil {
		return fmt.Sprint(x)
	}
	var y any
	if err := Decode(text, &y, Policy{}); err != nil {
		return string(text)
	}
	return y
}
