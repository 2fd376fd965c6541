package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// checkComplete lists all that keeps the plan from being made, if anything does.
func (d *deployment) checkComplete() error {
	res := d.session.Result()
	var all []spec.Problem
	code := output.ExitAnswers
	for _, p := range res.Problems {
		if p.Warning {
			output.Printf(d.Err, "warning: %s\n", p.Msg)
		}
	}
	said := map[spec.Path]bool{}
	for _, x := range d.session.Standing() {
		if !x.Other && !said[x.State] {
			said[x.State] = true
			output.Printf(d.Err, "note: %s is applied already, and stays as it is\n", x.State)
		}
	}
	for _, b := range d.session.Blocking() {
		switch {
		case b.Question != nil:
			all = append(all, spec.Problem{Path: b.Question.Path, Msg: lacks(b.Question), Hint: howToAnswer(b.Question)})
		case b.Problem != nil:
			all = append(all, d.problem(b.Problem))
			if b.Problem.Kind == spec.Unavailable {
				code = output.ExitUnreachable
			}
		case b.Standing != nil:
			x := b.Standing
			all = append(all, spec.Problem{Path: spec.Path(x.Text), Msg: string(x.State) + " is applied already, with " + output.Value(x.Have),
				Hint: "what a state was entered with stays until it is left: go to the state below it first, with armonic state-goto"})
		default:
			all = append(all, spec.Problem{Path: spec.Path(b.Unused), Msg: "nothing in this deployment is called so", Hint: d.variablesAsked()})
		}
	}
	root := resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}
	if len(d.on) > 0 && (slices.Contains(res.Unused, root) || slices.Contains(res.Unused, resolver.RootHosts())) {
		all = append(all, spec.Problem{Path: "--on " + spec.Path(strings.Join(d.on, ",")), Msg: "the pattern says where already: " + string(d.session.Pattern())})
	}
	flags := len(d.hosts)+len(d.set)+len(d.on) > 0 // which may have replaced nodes of the file
	for _, text := range d.session.UnusedReplayed(flags || len(all) > 0) {
		if d.replayed != nil { // it asks for less where states are applied, or were moved
			break
		}
		all = append(all, spec.Problem{Path: spec.Path(text), Msg: "is in " + d.answers + ", but nothing asks for it"})
	}
	if len(all) > 0 {
		return output.WrongAnswers(code, all)
	}
	if open := res.Open(); len(open) > 0 && !d.autofill {
		return output.WrongAnswers(output.ExitAnswers, undecided(open))
	}
	return nil
}

// undecided lists questions that have suggestions, which nobody took.
func undecided(open []resolver.Question) []spec.Problem {
	out := make([]spec.Problem, len(open))
	for i, q := range open {
		out[i] = spec.Problem{Path: q.Path, Msg: "is not decided", Hint: "--autofill would take " + output.Value(q.Value)}
	}
	return out
}

func (d *deployment) problem(p *resolver.Problem) spec.Problem {
	path := p.Path
	if path == "" || len(path.Parts()) < 4 {
		if q := d.session.Result().Question(p.Key); q != nil {
			path = q.Path
		}
	}
	return spec.Problem{Path: path, Msg: p.Msg, Hint: p.Hint}
}

// variablesAsked names some variables that --set could have meant.
func (d *deployment) variablesAsked() string {
	var names []string
	for _, q := range d.session.Result().Questions {
		if q.Key.Kind == resolver.AskValue && !q.Fixed {
			names = append(names, string(q.Path))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "it asks for " + strings.Join(names[:min(4, len(names))], ", ")
}

// lacks says what is missing of what the question is about.
func lacks(q *resolver.Question) string {
	switch q.Key.Kind {
	case resolver.AskHost:
		if q.Problem != "" {
			return "has no host: " + q.Problem
		}
		return "has no host"
	case resolver.AskChoose:
		return "may mean several provides"
	case resolver.AskValue, resolver.AskReturn, resolver.AskHosts, resolver.AskCount, resolver.AskManage, resolver.AskPath, resolver.AskCall, resolver.AskRoll:
	}
	return "is missing"
}

// howToAnswer says how to give an answer without a prompt.
func howToAnswer(q *resolver.Question) string {
	switch q.Key.Kind {
	case resolver.AskHost:
		if q.Key.Node == resolver.Root {
			return "--on HOST"
		}
		return "--hosts " + lastName(string(q.Key.Node)) + "=HOST"
	case resolver.AskHosts:
		return hostsHint(q)
	case resolver.AskValue, resolver.AskReturn:
		return "--set " + string(q.Path) + "=VALUE"
	case resolver.AskChoose:
		var names []string
		for _, o := range q.Options {
			names = append(names, output.Value(o.Value))
		}
		if q.Key.Node == resolver.Root {
			return "use one of the full paths instead: //" + strings.Join(names, ", //")
		}
		return fmt.Sprintf("--choose %s=%s; there is %s", q.Key.Node, names[0], strings.Join(names, ", "))
	case resolver.AskPath:
		return "--path-index " + string(q.Key.Node) + "=N"
	case resolver.AskManage, resolver.AskCount, resolver.AskCall, resolver.AskRoll:
	}
	return "give it in an answers file"
}

// hostsHint shows as many hosts as a require takes.
func hostsHint(q *resolver.Question) string {
	names := []string{"H1", "H2", "H3"}
	if q.Max < len(names) {
		names = names[:max(q.Max, 1)]
	} else if q.Min < len(names) {
		names = names[:2]
	}
	hint := "--hosts " + q.Var.Name + "=" + strings.Join(names, ",")
	if q.Min > len(names) {
		hint += ",… with " + spec.Count(q.Min, "host", "hosts")
	}
	if q.Min == 0 {
		hint += ", or --hosts " + q.Var.Name + "= for none"
	}
	return hint
}

func lastName(id string) string {
	if i := strings.LastIndexAny(id, "./"); i >= 0 {
		return id[i+1:]
	}
	return id
}
