package deploy

import (
	"context"
	"fmt"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// listQuestions prints all questions as they stand, and asks none. A front end that is another
// program gives the answers with flags or a file, and lists them again.
func (d *deployment) listQuestions(ctx context.Context) error {
	if err := d.answerQuestions(ctx); err != nil {
		return err
	}
	switch d.Format.String() {
	case "json":
		return d.questionsAsJSON()
	case "quiet":
		for _, q := range d.session.Questions() {
			if q.Open {
				output.Printf(d.Out, "%s\n", questionName(&q))
			}
		}
		return nil
	}
	d.questionsAsText()
	return nil
}

func (d *deployment) questionsAsJSON() error {
	open := 0
	for _, q := range d.session.Questions() {
		if q.Open {
			open++
		}
		if err := output.WriteJSON(d.Out, struct {
			Type string `json:"type"`
			deploy.QuestionData
		}{"question", q}); err != nil {
			return err
		}
	}
	res := d.session.Result()
	missing, wrong, _ := res.Counts()
	problems := []spec.Problem{}
	for i := range res.Problems {
		if !res.Problems[i].Warning {
			problems = append(problems, d.problem(&res.Problems[i]))
		}
	}
	for _, text := range append(d.session.UnusedRules(), d.session.UnusedReplayed(false)...) {
		problems = append(problems, spec.Problem{Path: spec.Path(text), Msg: "nothing asks for it"})
	}
	return output.WriteJSON(d.Out, struct {
		Type     string            `json:"type"`
		Provide  spec.Pattern      `json:"provide"`
		Complete bool              `json:"complete"` // there is a plan
		Open     int               `json:"open"`
		Missing  int               `json:"missing"`
		Wrong    int               `json:"wrong"`
		Problems []spec.Problem    `json:"problems"`
		Nodes    []deploy.NodeData `json:"nodes"`
	}{"tree", d.session.Pattern(), res.Plan != nil && len(problems) == 0, open, missing, wrong, problems, d.session.Nodes()})
}

// questionName is what a question is called where there is no room for more.
func questionName(q *deploy.QuestionData) string {
	if q.Kind == resolver.AskValue {
		return string(q.Path)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", q.Node, q.Kind, q.Name))
}

func (d *deployment) questionsAsText() {
	node := resolver.NodeID("")
	for _, q := range d.session.Questions() {
		if q.Kind == resolver.AskManage && q.Source == resolver.Default {
			continue // it always is, and would hide the rest
		}
		if q.Node != node {
			node = q.Node
			d.nodeAsText(&q)
		}
		name := string(q.Kind)
		switch {
		case q.Path.Variable() != "":
			name = strings.Join(q.Path.Parts()[2:], "/")
		case q.Name != "":
			name += " " + q.Name
		}
		d.say("  %s = %s", name, output.Value(q.Value))
		var notes []string
		for _, s := range []string{statusText(&q), q.ValueType, q.Label, wanted(&q)} {
			if s != "" {
				notes = append(notes, s)
			}
		}
		d.say("  (%s)\n", strings.Join(notes, "; "))
		if q.Problem != "" {
			d.say("      ! %s\n", q.Problem)
		}
		for _, s := range q.Suggestions {
			d.say("      suggested: %s, %s\n", output.Value(s.Value), s.Why)
		}
		if len(q.Options) > 0 {
			var options []string
			for _, o := range q.Options {
				if !o.Disabled {
					options = append(options, output.Value(o.Value))
				}
			}
			d.say("      one of: %s\n", strings.Join(options, ", "))
		}
	}
}

func (d *deployment) say(format string, args ...any) { output.Printf(d.Out, format, args...) }

func (d *deployment) nodeAsText(q *deploy.QuestionData) {
	n := q.Because[len(q.Because)-1]
	d.say("\n%s  %s%s\n", n.Node, n.Provide, on(n.Host))
	for _, r := range q.Because[1:] {
		d.say("    because of %s: %s%s\n", r.Require, r.Provide, on(r.Host))
	}
	if q.MergedWith != "" {
		d.say("    called as %s, for both\n", q.MergedWith)
	}
}

func on(h spec.Host) string {
	if h == "" {
		return ""
	}
	return " on " + string(h)
}

// wanted says who is to answer, if anybody.
func wanted(q *deploy.QuestionData) string {
	switch {
	case q.Open && q.Required:
		return "to be answered"
	case q.Open:
		return "to be answered, or left without a value"
	case q.Expert:
		return "for experts"
	}
	return ""
}

// statusText says how a question stands, and who or what decided it.
func statusText(q *deploy.QuestionData) string {
	switch {
	case q.Status != resolver.OK:
		return string(q.Status)
	case q.Why != "":
		return q.Why
	case q.Source == "":
		return "not given"
	}
	return string(q.Source)
}
