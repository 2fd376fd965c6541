package template

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/parser"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// The library's errors are texts: each level of a template adds to them, the innermost
// last. They may quote values, so none is passed on as it is.

var errNoList = errors.New("a for walks through something that is no list")

// at says what is wrong in a line.
func at(name string, line int, msg string) *spec.Error {
	return spec.Errorf(spec.Invalid, "%s, line %d: %s", name, line, msg)
}

// explain says why a rendering failed. err is what the library made of it.
func (l *limits) explain(name string, err error, values map[string]any) error {
	switch {
	case l.undefined != nil:
		return explain(name, l.undefined, values)
	case l.err == nil:
		return explain(name, err, values)
	case spec.KindOf(l.err) != spec.Invalid:
		return l.err
	}
	e := *spec.AsError(l.err)
	e.Msg = name + ": " + e.Msg
	if line := lineOf(err); line > 0 {
		e.Msg = fmt.Sprintf("%s, line %d: %s", name, line, spec.AsError(l.err).Msg)
	}
	return &e
}

// explain says what an error of the library means to who wrote the template.
func explain(name string, err error, values map[string]any) error {
	var se *parser.SyntaxError
	if errors.As(err, &se) {
		return syntaxError(name, se)
	}
	text := err.Error()
	line := max(1, lineOf(err))
	for _, c := range []struct{ pattern, msg, hint string }{
		{`Unable to evaluate name "(\w+)"$`, "there is no value %q", ""},
		{`(?i)unable to evaluate (?:[^:]*): (?:attribute|item) '+([^']*)'+ not found$`, "there is no %q in what it is looked up in", "x is defined asks whether there is one, x|default(\"y\") gives another"},
		{`filter '(\w+)' not found$`, "there is no filter %q", "possible: " + strings.Join(filterNames(), ", ")},
		{`unknown method '(\w+)' for `, "a value has no method %q", "texts have those of Python that are of use in files, dicts get, items, keys and values"},
		{`: (\w+) is not callable$`, "there is no function %q", "there are range() and namespace(), filters as in x|upper, and methods of texts and dicts"},
		{`(` + regexp.QuoteMeta(errNoList.Error()) + `)$`, "%s", "an optional value that was not given is None: {% if x %} leaves it out"},
	} {
		m := regexp.MustCompile(c.pattern).FindStringSubmatch(text)
		if m == nil {
			continue
		}
		e := at(name, line, fmt.Sprintf(c.msg, m[1]))
		e.Hint = c.hint
		if strings.Contains(c.pattern, "evaluate name") {
			e.Hint = interp.DidYouMean(m[1], slices.Sorted(maps.Keys(values)))
		}
		return e
	}
	return at(name, line, "an expression cannot be worked out").WithHint("is each filter given what it takes, and each operator values of the right type?")
}

func syntaxError(name string, e *parser.SyntaxError) error {
	if m := regexp.MustCompile(`ControlStructure '(\w+)' not found`).FindStringSubmatch(e.Message); m != nil {
		return at(name, e.Line, fmt.Sprintf("there is no {%% %s %%} here", m[1])).
			WithHint("possible: %s; a template is one file, and loads no other", strings.Join(structureNames(), ", "))
	}
	msg := strings.TrimSuffix(e.Message, ".")
	if msg == "" {
		msg = "it cannot be read"
	}
	if e.Line == 0 { // it is missed at the end
		return spec.Errorf(spec.Invalid, "%s: %s", name, strings.ToLower(msg[:1])+msg[1:]).WithHint("is a bracket or a quote missing?")
	}
	return at(name, e.Line, strings.ToLower(msg[:1])+msg[1:])
}

// lineOf is the line that an error of the library arose in, 0 if it does not say.
func lineOf(err error) int {
	if err == nil {
		return 0
	}
	all := regexp.MustCompile(`at line (\d+): `).FindAllStringSubmatch(err.Error(), -1)
	if all == nil {
		return 0
	}
	n, _ := strconv.Atoi(all[len(all)-1][1])
	return n
}
