package template

import (
	"fmt"
	"reflect"

	structures "github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// Filters that we put around the parts of {% for … in … if … %}, which the library does not
// check. No template can name them.
const (
	loopFilter      = "in a for"
	conditionFilter = "in the if of a for"
)

// structure parses a structure, such as {% if %}, and holds it to the limits.
func (l *limits) structure(name string, parse parser.ControlStructureParser) parser.ControlStructureParser {
	return func(p, args *parser.Parser) (nodes.ControlStructure, error) {
		if l.depth++; l.depth > maxNesting {
			return nil, l.fail("%% brackets are nested more than %d deep", maxNesting)
		}
		defer func() { l.depth-- }()
		out := &limited{limits: l}
		if first := args.Current(tokens.Name); name == "set" && first != nil {
			out.sets = first.Val
		}
		begin, line := p.Current(), args.Current().Line
		parsed, err := parse(p, args)
		if err != nil {
			return nil, err
		}
		if name == "set" && p.Current() != begin {
			return nil, p.Error("{% set x %} without = is not known here", begin)
		}
		if f, ok := parsed.(*structures.ForControlStructure); ok {
			if f.Recursive {
				return nil, p.Error("recursive is not known here", begin)
			}
			f.ObjectEvaluator = filtered(f.ObjectEvaluator, loopFilter, line)
			if f.IfCondition != nil {
				f.IfCondition = filtered(f.IfCondition, conditionFilter, line)
			}
		}
		out.ControlStructure = parsed
		return out, nil
	}
}

func filtered(x nodes.Expression, name string, line int) nodes.Expression {
	at := &tokens.Token{Type: tokens.Integer, Line: line}
	return &nodes.FilteredExpression{Expression: x, Filters: []*nodes.FilterCall{{Token: at, Name: name,
		Args: []nodes.Expression{&nodes.Integer{Location: at, Val: line}}}}}
}

// limited is a structure that looks at the limits each time it is executed.
type limited struct {
	nodes.ControlStructure
	limits *limits
	sets   string // the name that it sets
}

// Execute renders the structure.
func (s *limited) Execute(r *exec.Renderer, block *nodes.ControlStructureBlock) error {
	if err := s.limits.check(); err != nil {
		return err
	}
	inner, ok := s.ControlStructure.(exec.ControlStructure)
	if !ok {
		return nil
	}
	if err := inner.Execute(r, block); err != nil || s.sets == "" {
		return err
	}
	set, _ := r.Environment.Context.Get(s.sets)
	left := MaxOutput
	if !measure(set, maxNesting, &left) {
		return s.limits.fail("size limit: %s becomes too large", s.sets)
	}
	return nil
}

// walked checks what a for walks through.
func (l *limits) walked(_ *exec.Evaluator, in *exec.Value, _ *exec.VarArgs) *exec.Value {
	if err := l.check(); err != nil {
		return exec.AsValue(err)
	}
	if undefined := undefinedIn(in); undefined != nil {
		return undefined
	}
	if !in.IsError() && !in.IsIterable() {
		return exec.AsValue(errNoList)
	}
	return in
}

// condition keeps the error in the condition of a for, which the library takes for False.
func (l *limits) condition(_ *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
	if err := l.check(); err == nil && in.IsError() {
		l.undefined = fmt.Errorf("at line %d: %w", params.Args[0].Integer(), in)
		l.err = l.undefined
	}
	if l.err != nil {
		panic(stop{})
	}
	return in
}

// measure takes the size of a value off what is left, and reports whether there was enough.
func measure(x any, depth int, left *int) bool {
	const element = 16
	if *left -= element; *left < 0 || depth == 0 {
		return false
	}
	switch x := x.(type) {
	case nil:
		return true
	case *exec.Value:
		return x == nil || !x.Val.IsValid() || measure(x.Interface(), depth, left)
	case *exec.Dict:
		for _, p := range x.Pairs {
			if !measure(p.Key, depth-1, left) || !measure(p.Value, depth-1, left) {
				return false
			}
		}
		return true
	}
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.String:
		*left -= v.Len()
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !measure(v.Index(i).Interface(), depth-1, left) {
				return false
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if !measure(v.MapIndex(key).Interface(), depth-1, left) {
				return false
			}
		}
	default:
	}
	return *left >= 0
}
