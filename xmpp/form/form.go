package form

import (
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Namespace is that of data forms.
const Namespace = "jabber:x:data"

// The types of forms.
const (
	Ask    = "form"   // to be filled in
	Submit = "submit" // filled in
	Result = "result" // to be read
	Cancel = "cancel" // not filled in
)

// The types of fields.
const (
	Hidden  = "hidden"
	Fixed   = "fixed" // for people only
	Line    = "text-single"
	Lines   = "text-multi"
	Private = "text-private"
	Bool    = "boolean"
	Choice  = "list-single"
	Choices = "list-multi"
)

// Form is a data form.
type Form struct {
	Type         string
	Title        string
	Instructions []string
	Fields       []Field
	Rows         [][]Field // of a result that is a table: Fields are its head
}

// Field is a field of a form.
type Field struct {
	Name     string
	Type     string // "" is left out, as it may be when a form is submitted
	Label    string
	Help     string
	Required bool
	Values   []string
	Options  []Option
}

// Option is one of several values to choose.
type Option struct{ Label, Value string }

// Element is the form as it goes over the wire.
func (f Form) Element() *session.Element {
	x := session.New(Namespace, "x", "type", f.Type)
	if f.Title != "" {
		x.Add(session.New(Namespace, "title").WithText(wire.Clean(f.Title)))
	}
	for _, line := range f.Instructions {
		x.Add(session.New(Namespace, "instructions").WithText(wire.Clean(line)))
	}
	in := x
	if f.Rows != nil {
		in = session.New(Namespace, "reported")
		x.Add(in)
	}
	for _, d := range f.Fields {
		in.Add(d.element())
	}
	for _, row := range f.Rows {
		item := session.New(Namespace, "item")
		for _, d := range row {
			item.Add(d.element())
		}
		x.Add(item)
	}
	return x
}

func (d Field) element() *session.Element {
	e := session.New(Namespace, "field", "var", d.Name, "type", d.Type, "label", wire.Clean(d.Label))
	if d.Help != "" {
		e.Add(session.New(Namespace, "desc").WithText(wire.Clean(d.Help)))
	}
	if d.Required {
		e.Add(session.New(Namespace, "required"))
	}
	for _, v := range d.Values {
		e.Add(session.New(Namespace, "value").WithText(wire.Clean(v)))
	}
	for _, o := range d.Options {
		e.Add(session.New(Namespace, "option", "label", wire.Clean(o.Label)).Add(session.New(Namespace, "value").WithText(o.Value)))
	}
	return e
}

// Values are what was filled in, by the name of the field. What was left out is not
// there; what was left empty has no values, or an empty one.
type Values map[string][]string

// How large a form may be that somebody fills in.
const (
	mostFields = 2000
	mostValues = 10_000
	mostBytes  = 128 << 10
)

// Read reads a form that was filled in, or the one inside a command. No form is one of
// which nothing was filled in.
func Read(x *session.Element) (Values, error) {
	out := Values{}
	if x == nil {
		return out, nil
	}
	if t := x.Attr("type"); t != Submit && t != "" {
		return nil, spec.Errorf(spec.Invalid, "a form of type %q was not filled in", wire.Short(wire.Clean(t), 40)).WithHint("its type must be submit")
	}
	fields, values, bytes := 0, 0, 0
	for _, e := range x.Kids {
		if e.Space != Namespace || e.Local != "field" {
			continue
		}
		name := e.Attr("var")
		var all []string
		for _, v := range e.Kids {
			if v.Space == Namespace && v.Local == "value" {
				all = append(all, v.Text)
				bytes += len(v.Text)
			}
		}
		fields, values, bytes = fields+1, values+len(all), bytes+len(name)
		if fields > mostFields || values > mostValues || bytes > mostBytes {
			return nil, spec.Errorf(spec.Invalid, "the form is too large").WithHint("fill in less")
		}
		if name == "" || e.Attr("type") == Fixed {
			continue
		}
		if _, twice := out[name]; twice {
			return nil, spec.Errorf(spec.Invalid, "the field %s is there twice", wire.Short(wire.Clean(name), 100))
		}
		out[name] = slices.Clip(all)
	}
	return out, nil
}
