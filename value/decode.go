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
	err := js.Decode(&x)
	if err == nil {
		if _, err = js.Token(); errors.Is(err, io.EOF) {
			err = nil
		} else {
			err = errForm
		}
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errForm // whose words would quote the text
	}
	if err == nil {
		err = decoder{p}.fill(reflect.ValueOf(v).Elem(), x)
	}
	if err != nil {
		return fmt.Errorf("cannot read a %s: %w", reflect.TypeOf(v).Elem(), err)
	}
	return nil
}

type decoder struct{ policy Policy }

// fill sets v to what x says.
func (d decoder) fill(v reflect.Value, x any) error {
	if x == nil {
		v.SetZero()
		return nil
	}
	switch v.Interface().(type) {
	case time.Time:
		s, _ := x.(string)
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return errForm
		}
		v.Set(reflect.ValueOf(at))
		return nil
	case Secret, Deferred:
		y, err := d.dynamic(x)
		if err != nil || reflect.TypeOf(y) != v.Type() {
			return errForm
		}
		v.Set(reflect.ValueOf(y))
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		y, err := d.dynamic(x)
		if err != nil {
			return err
		}
		if y == nil {
			v.SetZero()
			return nil
		}
		v.Set(reflect.ValueOf(y))
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
	default:
		return d.fillScalar(v, x)
	}
	return nil
}

func (d decoder) fillScalar(v reflect.Value, x any) error {
	number, _ := x.(json.Number)
	switch v.Kind() {
	case reflect.String:
		y, err := d.dynamic(x)
		s, ok := y.(string)
		if err != nil || !ok {
			return errForm
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := x.(bool)
		if !ok {
			return errForm
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(number.String(), 10, v.Type().Bits())
		if err != nil {
			return errForm
		}
		v.SetInt(n)
	case reflect.Float64, reflect.Float32:
		f, err := strconv.ParseFloat(number.String(), 64)
		if number == "" {
			y, _ := d.dynamic(x)
			g, ok := y.(float64)
			if !ok {
				return errForm
			}
			f, err = g, nil
		}
		if err != nil {
			return errForm
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("a %s has no form", v.Type())
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
		k, err := d.dynamic(pair[0])
		name, ok := k.(string)
		if err != nil || !ok {
			return errForm
		}
		if err := set(name, pair[1]); err != nil {
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
		f, err := strconv.ParseFloat(y.String(), 64)
		if err != nil {
			return nil, errForm
		}
		return f, nil
	case []any:
		out := make([]any, len(y))
		for i := range y {
			var err error
			if out[i], err = d.dynamic(y[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		for k, z := range y {
			if strings.HasPrefix(k, "$") {
				if len(y) != 1 {
					return nil, errForm
				}
				return d.untagged(k, z)
			}
		}
		out := make(map[string]any, len(y))
		for k, z := range y {
			var err error
			if out[k], err = d.dynamic(z); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return x, nil
}

func (d decoder) untagged(tag string, x any) (any, error) {
	switch y := x.(type) {
	case bool:
		if tag == tagHidden {
			return Secret(""), nil
		}
	case []any:
		if tag == tagPairs {
			out := map[string]any{}
			err := d.pairs(y, func(k string, z any) (err error) {
				out[k], err = d.dynamic(z)
				return err
			})
			return out, err
		}
		if tag == tagDeferred && len(y) == 2 {
			return d.deferred(y)
		}
	case map[string]any: // a text in base64
		if b, err := d.dynamic(y); err == nil && tag == tagSecret && d.policy.clear {
			if s, ok := b.(string); ok {
				return Secret(s), nil
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
			return scanned(strconv.ParseFloat(y, 64))
		case tagInt64:
			return scanned(strconv.ParseInt(y, 10, 64))
		case tagUint64:
			return scanned(strconv.ParseUint(y, 10, 64))
		case tagBytes:
			b, err := base64.StdEncoding.DecodeString(y)
			return scanned(string(b), err)
		}
	}
	return nil, errForm
}

func (d decoder) deferred(pair []any) (any, error) {
	node, err := d.dynamic(pair[0])
	name, err2 := d.dynamic(pair[1])
	n, ok := node.(string)
	m, ok2 := name.(string)
	if err != nil || err2 != nil || !ok || !ok2 {
		return nil, errForm
	}
	return Deferred{Node: n, Name: m}, nil
}

func scanned[T any](x T, err error) (any, error) {
	if err != nil {
		return nil, errForm
	}
	return x, nil
}
