package yamltext

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Write gives the node as YAML that Parse reads as it is, and other readers of YAML, too:
// a text that they could take for something else is in quotes.
func (n *Node) Write() string {
	var b strings.Builder
	n.write(&b, 0)
	return b.String()
}

// write writes the node as lines, which begin where b is.
func (n *Node) write(b *strings.Builder, indent int) {
	switch {
	case n.short():
		b.WriteString(n.inline() + "\n")
	case n.Kind == List:
		for i, x := range n.Items {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", indent))
			}
			b.WriteString("- ")
			x.write(b, indent+2)
		}
	default:
		for i, e := range n.Table {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", indent))
			}
			b.WriteString(key(e.Key, indent))
			if e.Value.short() {
				b.WriteString(" " + e.Value.inline() + "\n")
				continue
			}
			b.WriteString("\n" + strings.Repeat(" ", indent+2))
			e.Value.write(b, indent+2)
		}
	}
}

// short reports whether the node is written in the line of its key.
func (n *Node) short() bool {
	switch n.Kind {
	case List:
		return len(n.Items) == 0 || n.Style == Inline
	case Table:
		return len(n.Table) == 0
	case Text, Nothing:
	}
	return true
}

func (n *Node) inline() string {
	var parts []string
	switch n.Kind {
	case Text:
		if n.bare {
			return n.Text
		}
		return quote(n.Text)
	case List:
		for _, x := range n.Items {
			parts = append(parts, x.inline())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Table:
		for _, e := range n.Table {
			parts = append(parts, quote(e.Key)+": "+e.Value.inline())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case Nothing:
	}
	return "null"
}

// longKey is from where on YAML wants a key to be marked as one.
const longKey = 1000

// key writes the key of a line and its colon. Brackets need no quotes there.
func key(s string, indent int) string {
	k := quote(s)
	if plainKey.MatchString(s) && !notText.MatchString(s) {
		k = s
	}
	if len(k) > longKey {
		return "? " + k + "\n" + strings.Repeat(" ", indent) + ":"
	}
	return k + ":"
}

var plainKey = regexp.MustCompile(`\A([A-Za-z/]|\.\z|\./|\.\[)[A-Za-z0-9_./\[\]#-]*\z`)

// plain is what no reader of YAML takes for anything but a text.
var plain = regexp.MustCompile(`\A[A-Za-z/][A-Za-z0-9_./-]*\z`)

// notText is what YAML takes for something else than a text.
var notText = regexp.MustCompile(`(?i)\A(null|true|false|yes|no|on|off|y|n|nan|inf)\z`)

// quote writes a text in double quotes unless it is plainly one.
func quote(s string) string {
	if plain.MatchString(s) && !notText.MatchString(s) {
		return s
	}
	out := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case strconv.IsPrint(r):
			out = append(out, string(r)...)
		case r <= 0xffff:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = fmt.Appendf(out, `\U%08x`, r)
		}
	}
	return string(append(out, '"'))
}
