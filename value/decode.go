package value

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// errForm is any text that Encode has not written.
var errForm = errors.New("it is not as it should be written")

// Decode reads what Encode wrote into *v. What the type does not know is ignored, so
// that a newer peer may say more. The error quotes nothing; it wraps that of opening a
// sealed secret.
func Decode(text []byte, v any, p Policy) error {
	js := json.NewDecoder(bytes.NewReader(text))
	js.UseNumber()
	var x any
	err := errForm // the words of JSON's own errors would quote the text
	if js.Decode(&x) == nil {
		if _, more := js.Token(); errors.Is(more, io.EOF) {
			err = decoder{p}.fill(reflect.ValueOf(v).Elem(), x)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot read a %s: %w", reflect.TypeOf(v).Elem(), err)
	}
	return nil
}

type decoder struct{ policy Policy }

// fill sets v to what x says.
func (d decoder) fill(v reflect.Value, x any) error {
	switch v.Interface().(type) {
	case time.Time, Deferred:
		return d.fillLeaf(v, x)
	}
	if x == nil {
		v.SetZero()
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.fill(v.Elem(), x)
	case reflect.Struct:
		table, ok := x.(map[string]any)
		if !ok {
			return errForm
		}
		return d.fillFields(v, table)
	case reflect.Slice, reflect.Array:
		return d.fillList(v, x)
	case reflect.Map:
		return d.fillTable(v, x)
	}
	return d.fillLeaf(v, x)
}

// fillLeaf is fill where the type of v has no parts, or is any.
func (d decoder) fillLeaf(v reflect.Value, x any) error {
	y, err := d.dynamic(x)
	if err != nil {
		return err
	}
	w := reflect.ValueOf(y)
	switch {
	case y == nil:
		v.SetZero()
	case w.Type().AssignableTo(v.Type()):
		v.Set(w)
	case v.Type() == reflect.TypeFor[time.Time]():
		text, _ := y.(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return errForm
		}
		v.Set(reflect.ValueOf(at))
	case w.Type() == reflect.TypeFor[int]() && v.CanInt() && !v.OverflowInt(w.Int()):
		v.SetInt(w.Int())
	case w.Type() == reflect.TypeFor[int]() && v.CanUint() && w.Int() >= 0 && !v.OverflowUint(uint64(w.Int())):
		v.SetUint(uint64(w.Int()))
	case w.Type() == reflect.TypeFor[int]() && v.CanFloat():
		v.SetFloat(float64(w.Int()))
	case w.CanFloat() && v.CanFloat():
		v.SetFloat(w.Float())
	case w.Type() == reflect.TypeFor[string]() && v.Kind() == reflect.String && v.Type() != reflect.TypeFor[Secret]():
		v.SetString(w.String())
	case w.Kind() == reflect.Bool && v.Kind() == reflect.Bool:
		v.SetBool(w.Bool())
	default:
		return errForm
	}
	return nil
}

func (d decoder) fillFields(v reflect.Value, table map[string]any) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := fieldName(f)
		if f.Anonymous && name == "" {
			if err := d.fillFields(v.Field(i), table); err != nil {
				return err
			}
			continue
		}
		if x, ok := table[name]; ok && name != "" {
			if err := d.fill(v.Field(i), x); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func (d decoder) fillList(v reflect.Value, x any) error {
	list, ok := x.([]any)
	if !ok || v.Kind() == reflect.Array && len(list) != v.Len() {
		return errForm
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	}
	for i, y := range list {
		if err := d.fill(v.Index(i), y); err != nil {
			return err
		}
	}
	return nil
}

func (d decoder) fillTable(v reflect.Value, x any) error {
	table, ok := x.(map[string]any)
	if !ok {
		return errForm
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(table)))
	set := func(k string, y any) error {
		elem := reflect.New(v.Type().Elem()).Elem()
		if err := d.fill(elem, y); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), elem)
		return nil
	}
	if list, ok := table[tagPairs].([]any); ok && len(table) == 1 {
		return d.pairs(list, set)
	}
	for k, y := range table {
		if strings.HasPrefix(k, "$") {
			return errForm
		}
		if err := set(k, y); err != nil {
			return err
		}
	}
	return nil
}

func (d decoder) pairs(list []any, set func(k string, y any) error) error {
	for _, x := range list {
		pair, ok := x.([]any)
		if !ok || len(pair) != 2 {
			return errForm
		}
		var k string
		if err := d.fill(reflect.ValueOf(&k).Elem(), pair[0]); err != nil {
			return err
		}
		if err := set(k, pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// dynamic is a value whose type is told by its form.
func (d decoder) dynamic(x any) (any, error) {
	switch y := x.(type) {
	case json.Number:
		if n, err := strconv.Atoi(y.String()); err == nil {
			return n, nil
		}
		return read(strconv.ParseFloat(y.String(), 64))
	case []any:
		var out []any
		err := d.fillList(reflect.ValueOf(&out).Elem(), y)
		return out, err
	case map[string]any:
		if len(y) == 1 {
			for tag, z := range y {
				if strings.HasPrefix(tag, "$") && tag != tagPairs {
					return d.untagged(tag, z)
				}
			}
		}
		var out map[string]any
		err := d.fillTable(reflect.ValueOf(&out).Elem(), y)
		return out, err
	}
	return x, nil
}

func (d decoder) untagged(tag string, x any) (any, error) {
	x, err := d.dynamic(x) // texts may be in base64
	if err != nil {
		return nil, errForm
	}
	switch y := x.(type) {
	case bool:
		if tag == tagHidden {
			return Secret(""), nil
		}
	case []any:
		if tag == tagDeferred && len(y) == 2 {
			node, ok := y[0].(string)
			name, ok2 := y[1].(string)
			if ok && ok2 {
				return Deferred{Node: node, Name: name}, nil
			}
		}
	case string:
		switch tag {
		case tagSecret:
			if d.policy.clear {
				return Secret(y), nil
			}
		case tagSealed:
			if d.policy.open != nil {
				return d.policy.open(y)
			}
		case tagDigest:
			return y, nil
		case tagFloat:
			return read(strconv.ParseFloat(y, 64))
		case tagInt64:
			return read(strconv.ParseInt(y, 10, 64))
		case tagUint64:
			return read(strconv.ParseUint(y, 10, 64))
		case tagBytes:
			b, err := base64.StdEncoding.DecodeString(y)
			return read(string(b), err)
		}
	}
	return nil, errForm
}

// read is what strconv or another has read.
func read[T any](x T, err error) (any, error) {
	if err != nil {
		return nil, errForm
	}
	return x, nil
}
