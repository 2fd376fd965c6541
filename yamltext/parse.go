package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Parse reads one document; a text that has none is a node of nothing. The error is an
// *Error.
func Parse(text []byte) (*Node, error) {
	if err := checkLetters(text); err != nil {
		return nil, err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return &Node{Kind: Nothing, Line: 1}, nil
	case err != nil:
		return nil, explain(err, text)
	}
	if err := d.Decode(&second); err == nil {
		return nil, &Error{Line: second.Line, Msg: "a second document begins here", Hint: "leave out the line ---"}
	} else if !errors.Is(err, io.EOF) {
		return nil, explain(err, text)
	}
	if len(doc.Content) == 0 {
		return &Node{Kind: Nothing, Line: 1}, nil
	}
	return read(doc.Content[0])
}

// checkLetters refuses what is no text at all.
func checkLetters(text []byte) error {
	line := 1
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return &Error{Line: line, Msg: "this is not UTF-8"}
		case r == '\n':
			line++
		case r < ' ' && r != '\t' && r != '\r' || r == 0x7f:
			return &Error{Line: line, Msg: fmt.Sprintf("there is a control character here (%#02x)", r), Hint: `in quotes it is written "\x` + fmt.Sprintf("%02x", r) + `"`}
		}
		i += n
	}
	return nil
}

func read(y *yaml.Node) (*Node, error) {
	n := &Node{Line: y.Line}
	if y.Anchor != "" {
		return nil, &Error{Line: y.Line, Msg: "a name for a value (&" + y.Anchor + ") is not read here", Hint: `write a text that begins with & in quotes: "&` + y.Anchor + `"`}
	}
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!str" {
		return nil, &Error{Line: y.Line, Msg: "a tag (" + y.Tag + ") is not read here", Hint: "leave it out; a text that begins with ! is written in quotes"}
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.Kind, n.Text = Text, y.Value
		n.Plain = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) == 0
		if n.Plain && isNothing(y.Value) {
			n.Kind = Nothing
		}
	case yaml.SequenceNode:
		n.Kind = List
		for _, c := range y.Content {
			x, err := read(c)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, x)
		}
	case yaml.MappingNode:
		n.Kind = Table
		if err := n.readTable(y.Content); err != nil {
			return nil, err
		}
	default:
		return nil, &Error{Line: y.Line, Msg: "a reference (*" + y.Value + ") is not read here",
			Hint: `write the value itself; a text that begins with * is written in quotes: "*` + y.Value + `"`}
	}
	return n, nil
}

func (n *Node) readTable(content []*yaml.Node) error {
	lines := map[string]int{}
	for i := 0; i+1 < len(content); i += 2 {
		k := content[i]
		if k.Kind != yaml.ScalarNode || k.Anchor != "" || k.Tag == "!!merge" {
			return &Error{Line: k.Line, Msg: "this key is not a text", Hint: "a line is KEY: VALUE"}
		}
		if first, twice := lines[k.Value]; twice {
			return &Error{Line: k.Line, Msg: fmt.Sprintf("%q is here a second time; the first is in line %d", k.Value, first), Hint: "leave one of them out"}
		}
		lines[k.Value] = k.Line
		v, err := read(content[i+1])
		if err != nil {
			return err
		}
		n.Table = append(n.Table, Entry{Key: k.Value, Line: k.Line, Value: v})
	}
	return nil
}

// isNothing reports whether YAML takes a text without quotes for no value.
func isNothing(s string) bool {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// explain says in our words what the library does not understand.
func explain(err error, text []byte) *Error {
	var l *yaml.LoadError
	if !errors.As(err, &l) {
		return &Error{Msg: "this cannot be read as YAML"}
	}
	out := &Error{Line: l.Mark.Line, Msg: "this cannot be read as YAML",
		Hint: "a line is KEY: VALUE, what belongs to a key is indented below it, and brackets and quotes are closed"}
	column := l.Mark.Column
	here := ""
	if s := lineOf(text, l.Mark.Line); column >= 1 && column <= len(s) {
		here = s[column-1:]
	}
	switch msg := l.Message; {
	case strings.Contains(msg, "max depth"), strings.Contains(msg, "depth"):
		out.Msg, out.Hint = "this is nested too deeply", ""
	case strings.Contains(msg, "unknown anchor"):
		out.Msg = "a reference (*…) is not read here"
		out.Hint = "write a text that begins with * in quotes"
	case strings.Contains(msg, "cannot start any token") && strings.HasPrefix(here, "\t"):
		out.Msg, out.Hint = "there is a tab here", "indent with blanks"
	case strings.Contains(msg, "cannot start any token") && here != "":
		r, _ := utf8.DecodeRuneInString(here)
		out.Msg = fmt.Sprintf("a text cannot begin with %q", string(r))
		out.Hint = "put it in quotes"
	case strings.Contains(msg, "mapping values are not allowed"):
		out.Msg = `there is a ": " where none can be`
		out.Hint = "put a text that has one in quotes; if it is a key, indent it as those beside it"
	case strings.Contains(msg, "unexpected end of stream"):
		out.Msg = "a quote is not closed"
		if l.ContextMark.Line > 0 {
			out.Line = l.ContextMark.Line
		}
		out.Hint = "it begins here"
	case strings.Contains(msg, "',' or ']'"), strings.Contains(msg, "',' or '}'"):
		out.Msg = "a bracket is not closed"
		if l.ContextMark.Line > 0 {
			out.Line = l.ContextMark.Line
		}
		out.Hint = "the list or table that begins here has a comma between its elements, and ends with ] or }"
	case strings.Contains(msg, "escape"):
		out.Msg = `this is no escape: in "…" a \ is written \\`
		out.Hint = `in '…' a \ is just that`
	case strings.Contains(msg, "could not find expected ':'"):
		out.Msg = "a key here has no colon"
		out.Hint = "a line is KEY: VALUE"
	}
	return out
}
