package task

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// given is one value of the command line, -R 'conf/port=8080'.
type given struct {
	text  string // the pattern as it was written
	expr  spec.Pattern
	value string
}

// maxSet bounds the index of a set, so that a slip does not fill the memory.
const maxSet = 999

// parseGiven reads the values of the command line. A pattern that does not begin
// with a slash matches the end of a variable's path.
func parseGiven(texts []string) ([]given, error) {
	out := make([]given, len(texts))
	for i, text := range texts {
		p, value, err := deploy.ParseSet(text)
		if err != nil {
			return nil, spec.Errorf(spec.Invalid, "-R %q is not [STATE/PROVIDE/]REQUIRE/VARIABLE=VALUE", text).
				WithHint("for example -R conf/port=8080")
		}
		expr := spec.Pattern(strings.ReplaceAll(string(p), "[0]", "")) // the first set has no index
		if !strings.HasPrefix(string(expr), "/") {
			expr = "//" + expr
		}
		if _, err := query.Compile(expr); err != nil {
			return nil, err
		}
		out[i] = given{string(p), expr, value}
	}
	return out, nil
}

var setIndex = regexp.MustCompile(`\[(\d+)\]`)

// sets is how many sets of a require the values are about.
func sets(values []given) int {
	n := 1
	for _, v := range values {
		for _, m := range setIndex.FindAllStringSubmatch(v.text, -1) {
			if i, err := strconv.Atoi(m[1]); err == nil && i <= maxSet {
				n = max(n, i+1)
			}
		}
	}
	return n
}

// place is a variable that may be given: of which step, in which set.
type place struct {
	step    int
	require string
	set     int
	v       spec.Variable
}

// fill puts values into the steps that ask for them. Values that no step asks for
// are problems.
func fill(lifecycle spec.Path, steps []spec.Step, values []given) ([]spec.Step, []spec.Problem, error) {
	out := make([]spec.Step, len(steps))
	for i, s := range steps {
		out[i] = spec.Step{Action: s.Action, State: s.State, Provide: s.Provide}
	}
	if len(values) == 0 {
		return out, nil, nil
	}
	root, at := places(lifecycle, steps, sets(values))
	var problems []spec.Problem
	for _, g := range values {
		m, err := query.Find(root, g.expr)
		if err != nil {
			return nil, nil, err
		}
		met := 0
		for _, n := range m.Nodes {
			if p, ok := at[n]; ok {
				met++
				put(&out[p.step], p, deploy.ParseValue(p.v, g.value))
			}
		}
		if met == 0 {
			problems = append(problems, spec.Problem{Path: spec.Path(g.text), Msg: "nothing that is asked is called so", Hint: askable(m.Near, at)})
		}
	}
	return out, problems, nil
}

// places is a tree of all variables that steps ask for, each require with as many
// sets as values are about.
func places(lifecycle spec.Path, steps []spec.Step, sets int) (*query.Node, map[*query.Node]place) {
	root, at := query.NewRoot(), map[*query.Node]place{}
	l := root.Add(query.Location, string(lifecycle.Host())).Add(query.Lifecycle, lifecycle.Lifecycle())
	for i, s := range steps {
		if len(s.Requires) == 0 {
			continue
		}
		p := l.Add(query.State, s.State).Add(query.Provide, s.Asks())
		for _, r := range s.Requires {
			for set := range sets {
				n := p.Add(query.Require, spec.Indexed(r.Name, set))
				for _, v := range r.Variables() {
					at[n.Add(query.Variable, v.Name)] = place{i, r.Name, set, v}
				}
			}
		}
	}
	return root, at
}

func put(s *spec.Step, p place, value any) {
	if s.Inputs == nil {
		s.Inputs = spec.Inputs{}
	}
	for len(s.Inputs[p.require]) <= p.set {
		s.Inputs[p.require] = append(s.Inputs[p.require], spec.Set{})
	}
	if text, ok := value.(string); ok && p.v.Hidden() {
		value = spec.Secret(text)
	}
	if typed, err := p.v.Convert(value); err == nil {
		value = typed // else the agent says what is wrong with it
	}
	s.Inputs[p.require][p.set][p.v.Name] = value
}

// askable names what could have been meant.
func askable(near []spec.Path, at map[*query.Node]place) string {
	near = slices.DeleteFunc(near, func(p spec.Path) bool { return p.Variable() == "" })
	if len(near) > 0 {
		return "did you mean " + find.Some(near) + "?"
	}
	var all []spec.Path
	for n, p := range at {
		if p.set == 0 {
			all = append(all, n.Path())
		}
	}
	if len(all) == 0 {
		return "nothing is asked"
	}
	slices.Sort(all)
	return "it asks for " + find.Some(all)
}
