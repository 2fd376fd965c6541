package run

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// askedVariable is a variable that a step asks for, in one set of a require.
type askedVariable struct {
	spec.Variable
	step    int
	require string
	set     int
}

// fill puts values into the steps that ask for them. Values that no step asks for
// are problems.
func fill(lifecycle spec.Path, steps []spec.Step, values []assignment) ([]spec.Step, []spec.Problem, error) {
	out := make([]spec.Step, len(steps))
	for i, s := range steps {
		out[i] = spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Again: s.Again}
	}
	if len(values) == 0 {
		return out, nil, nil
	}
	root, asked := askedVariables(lifecycle, steps, countSets(values))
	var problems []spec.Problem
	for _, g := range values {
		m, err := query.Find(root, g.pattern)
		if err != nil {
			return nil, nil, err
		}
		used := false
		for _, n := range m.Nodes {
			if v, ok := asked[n]; ok {
				used = true
				v.put(&out[v.step], g.value)
			}
		}
		if !used {
			problems = append(problems, spec.Problem{Path: spec.Path(g.text), Msg: "nothing that is asked is called so", Hint: didYouMean(m.Near, asked)})
		}
	}
	return out, problems, nil
}

// askedVariables is a tree of all variables that steps ask for, each require with as
// many sets as values are about.
func askedVariables(lifecycle spec.Path, steps []spec.Step, sets int) (*query.Node, map[*query.Node]askedVariable) {
	root, asked := query.NewRoot(), map[*query.Node]askedVariable{}
	l := root.Add(query.Location, string(lifecycle.Host())).Add(query.Lifecycle, lifecycle.Lifecycle())
	for i, s := range steps {
		if len(s.Requires) == 0 {
			continue
		}
		p := l.Add(query.State, s.State).Add(query.Provide, s.ProvideName())
		for _, r := range s.Requires {
			for set := range sets {
				n := p.Add(query.Require, spec.Indexed(r.Name, set))
				for _, v := range r.Variables() {
					asked[n.Add(query.Variable, v.Name)] = askedVariable{v, i, r.Name, set}
				}
			}
		}
	}
	return root, asked
}

// put parses what was typed for the variable, and makes it an input of the step.
func (v askedVariable) put(s *spec.Step, text string) {
	if s.Inputs == nil {
		s.Inputs = spec.Inputs{}
	}
	for len(s.Inputs[v.require]) <= v.set {
		s.Inputs[v.require] = append(s.Inputs[v.require], spec.Set{})
	}
	x, _ := v.ParseInput(text) // the agent says what is wrong with it
	s.Inputs[v.require][v.set][v.Name] = x
}

// didYouMean names what could have been meant.
func didYouMean(near []spec.Path, asked map[*query.Node]askedVariable) string {
	near = slices.DeleteFunc(near, func(p spec.Path) bool { return p.Variable() == "" })
	if len(near) > 0 {
		return "did you mean " + find.FirstFew(near) + "?"
	}
	var all []spec.Path
	for n, v := range asked {
		if v.set == 0 {
			all = append(all, n.Path())
		}
	}
	if len(all) == 0 {
		return "nothing is asked"
	}
	slices.Sort(all)
	return "it asks for " + find.FirstFew(all)
}

// assignment is one value of the command line, -R 'conf/port=8080'.
type assignment struct {
	text    string // the pattern as it was written
	pattern spec.Pattern
	value   string
}

// maxSet bounds the index of a set, so that a typing error does not fill the memory.
const maxSet = 999

// parseAssignments reads the values of the command line. A pattern that does not begin
// with a slash matches the end of a variable's path.
func (c *command) parseAssignments(ctx context.Context) ([]assignment, error) {
	out := make([]assignment, len(c.values))
	prompt := output.NewPrompter(c.In, c.Err)
	for i, text := range c.values {
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
		if value, err = prompt.Given(ctx, string(p), value); err != nil {
			return nil, err
		}
		out[i] = assignment{string(p), expr, value}
	}
	return out, nil
}

var setIndex = regexp.MustCompile(`\[(\d+)\]`)

// countSets is how many sets of a require the values are about.
func countSets(values []assignment) int {
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
