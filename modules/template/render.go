package template

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// What a template may use.
const (
	MaxText    = 256 << 10       // bytes of it
	MaxOutput  = 1 << 20         // bytes of what it becomes, and of a value that it sets
	MaxTime    = 5 * time.Second // to render it
	maxTag     = 1000            // tokens between {{ and }}, or {% and %}
	maxNesting = 50              // of {% if %}, {% for %} and the like, and of values
	maxNumber  = 100_000         // that range() counts to and filters are given
)

// Render renders a template, which messages name. Values are what interp.ToGo gives. The
// error is Invalid, names the line, and quotes nothing of the values; it is that of the
// context if that ends.
func Render(ctx context.Context, name, text string, values map[string]any) (out string, err error) {
	if err := inspect(name, text); err != nil {
		return "", err
	}
	deadline := time.Now().Add(MaxTime)
	l := &limits{over: func() error {
		if ctx.Err() != nil {
			return &spec.Error{Kind: spec.Canceled, Msg: interp.Stopped, Err: ctx.Err()}
		}
		if time.Now().After(deadline) {
			return spec.Errorf(spec.Invalid, "time limit: it takes longer than %v", MaxTime).WithHint("loop over fewer things")
		}
		return nil
	}}
	defer func() {
		x := recover()
		if _, ours := x.(stop); ours {
			err = l.explain(name, l.err, values)
		} else if x != nil { // the library does not check all that operators are given
			err = spec.Errorf(spec.Invalid, "%s: it cannot be rendered: %v", name, x).
				WithHint("%% and // divide, so never by 0; a text is formatted by \"%%s\"|format(x)")
		}
	}()
	t, err := exec.NewTemplate(self, syntax(), loaders.MustNewMemoryLoader(map[string]string{self: text}), l.environment())
	if err == nil {
		err = t.Execute(l, exec.NewContext(maps.Clone(values)))
	}
	if err != nil || l.err != nil {
		return "", l.explain(name, err, values)
	}
	return l.out.String(), nil
}

// self is what the library calls the template; there is no other that it could load.
const self = "/template"

// syntax is that of Jinja2, with what matters for files: an undefined name is an error,
// and the newline at the end stays.
func syntax() *config.Config {
	c := config.New()
	c.StrictUndefined, c.KeepTrailingNewline = true, true
	return c
}

// inspect refuses what the library would use too much of the stack for, or stumble over.
func inspect(name, text string) error {
	switch {
	case len(text) > MaxText:
		return spec.Errorf(spec.Invalid, "%s: it is %d KiB long, at most %d are rendered", name, len(text)>>10, MaxText>>10)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return spec.Errorf(spec.Invalid, "%s: it is not UTF-8 text", name).WithHint("ctx.host.file writes files that are no text")
	}
	stream := tokens.LexAll(text, syntax())
	begin, n, last := stream.Current(), 0, tokens.Initial
	for ; !stream.End(); stream.Next() {
		t := stream.Current()
		switch t.Type {
		case tokens.VariableBegin, tokens.BlockBegin:
			begin, n = t, 0
		case tokens.Modulo:
			if last == tokens.String {
				return at(name, t.Line, "% does not format a text, it divides").WithHint("write \"%%s\"|format(x)")
			}
		case tokens.Error:
			return at(name, t.Line, fmt.Sprintf("it cannot be read: %s", strings.TrimSuffix(t.Val, ".")))
		default:
			n++
		}
		if n > maxTag && t.Type != tokens.Data {
			return at(name, begin.Line, fmt.Sprintf("more than %d words and signs are between the brackets", maxTag))
		}
		last = t.Type
	}
	return nil
}

// limits hold one rendering to what it may use.
type limits struct {
	over      func() error // why it must end, nil while it may go on
	err       error        // why it ended: the first reason counts
	undefined error        // of the library's errors, one that it would not end for
	out       strings.Builder
	depth     int // of structures, while it is parsed
}

// stop is the panic that ends a rendering where the library would go on after an error.
type stop struct{}

// check says why the rendering must end. Whatever a template does for long calls it.
func (l *limits) check() error {
	if l.err == nil {
		l.err = l.over()
	}
	return l.err
}

// fail ends the rendering.
func (l *limits) fail(format string, args ...any) error {
	if l.err == nil {
		l.err = spec.Errorf(spec.Invalid, format, args...)
	}
	return l.err
}

// Write takes what is rendered.
func (l *limits) Write(b []byte) (int, error) { return l.WriteString(string(b)) }

// WriteString takes what is rendered.
func (l *limits) WriteString(s string) (int, error) {
	if err := l.check(); err != nil {
		return 0, err
	}
	if l.out.Len()+len(s) > MaxOutput {
		return 0, l.fail("size limit: it becomes longer than %d KiB", MaxOutput>>10)
	}
	return l.out.WriteString(s)
}
