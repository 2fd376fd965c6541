package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// answerQuestions brings the session as far as flags, suggestions and the person at the
// prompt can.
func (d *deployment) answerQuestions(ctx context.Context) error {
	for {
		if err := d.session.Settle(ctx); err != nil {
			return err
		}
		if d.autofill && d.session.Accept() > 0 {
			continue
		}
		open := d.session.Result().Open()
		if len(open) == 0 || !d.canAsk() {
			return nil
		}
		err := d.ask(ctx, open[0])
		if errors.Is(err, io.EOF) {
			return nil // complete lists what is missing
		}
		if err != nil {
			return err
		}
	}
}

// canAsk reports whether there is somebody to ask.
func (d *deployment) canAsk() bool {
	return d.show.Interactive() && !d.questions && !(d.autofill && d.yes)
}

// ask puts one question and takes the answer, or the suggestion if there is none.
func (d *deployment) ask(ctx context.Context, q resolver.Question) error {
	text, err := d.question(ctx, q)
	if err != nil {
		return err
	}
	if d.Plain {
		if done, err := d.command(text); done || err != nil {
			return err
		}
		text = numbered(q, text)
	}
	switch {
	case text == "?":
		d.explain(q)
	case text == "-" && q.Key.Kind == resolver.AskHosts && q.Min == 0:
		d.session.Answer(q.Key, []spec.Host{})
	case text == "-" && q.Optional:
		d.session.Answer(q.Key, nil)
	case q.Key.Node == resolver.Root && q.Key.Kind == resolver.AskHost && text != "":
		if err := d.session.DeployOn(deploy.ParseHosts(text)); err != nil {
			d.prompt.Say("  ! %v\n", err)
		}
	case text != "":
		d.session.Answer(q.Key, resolver.Text(text))
	case q.Value != nil && q.Status != resolver.Wrong:
		d.session.Answer(q.Key, q.Value)
	case q.Proposed() != nil:
		d.session.Answer(q.Key, q.Proposed())
	case q.Optional:
		d.session.Answer(q.Key, nil)
	default:
		d.prompt.Say("  an answer is needed; ? explains\n")
	}
	return nil
}

// question shows a question and reads the answer as typed.
func (d *deployment) question(ctx context.Context, q resolver.Question) (string, error) {
	p := d.prompt
	if at := q.Path.Cut(4); at != d.last {
		p.Say("\n%s\n", at)
		d.last = at
	}
	if q.Problem != "" {
		p.Say("  ! %s\n", q.Problem)
		if q.Hint != "" {
			p.Say("    hint: %s\n", q.Hint)
		}
	}
	if d.Plain {
		p.List(optionTexts(q), nil)
		p.Say("%s%s: ", label(q, false), defaultText(q))
	} else {
		p.Say("  %s%s: ", label(q, true), defaultText(q))
	}
	if q.Var.Hidden() {
		return p.Secret(ctx)
	}
	return p.Read(ctx)
}

// label says what is asked, with the options in brackets or without.
func label(q resolver.Question, withOptions bool) string {
	options := func(q resolver.Question) string {
		if !withOptions {
			return ""
		}
		return options(q)
	}
	switch {
	case q.Key.Kind == resolver.AskHosts:
		return fmt.Sprintf("%s: %s%s", q.Var.Name, howMany(q), options(q))
	case q.Key.Kind == resolver.AskHost, q.Key.Kind == resolver.AskChoose:
		return q.Var.Label + options(q)
	case q.Key.Kind == resolver.AskCount && q.Max == 1:
		return fmt.Sprintf("%s: is it wanted, 0 or 1", q.Var.Name)
	case q.Key.Kind == resolver.AskCount:
		return fmt.Sprintf("%s: how often", q.Var.Name)
	case q.Var.Label != "":
		return fmt.Sprintf("%s (%s)", q.Var.Label, q.Var.Name)
	}
	return q.Var.Name
}

// howMany says how many hosts a require takes.
func howMany(q resolver.Question) string {
	switch {
	case q.Min == 0 && q.Max == 1:
		return "a host, - for none"
	case q.Min == 0:
		return "hosts, separated by commas, - for none"
	case q.Min == q.Max:
		return spec.Count(q.Min, "host", "hosts, separated by commas")
	}
	return fmt.Sprintf("at least %s", spec.Count(q.Min, "host", "hosts, separated by commas"))
}

func options(q resolver.Question) string {
	names := optionTexts(q)
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// optionTexts are the options that can be chosen.
func optionTexts(q resolver.Question) []string {
	var out []string
	for _, o := range q.Options {
		if !o.Disabled {
			out = append(out, output.Value(o.Value))
		}
	}
	return out
}

// defaultText is what an empty line takes.
func defaultText(q resolver.Question) string {
	switch {
	case q.Value != nil && q.Status != resolver.Wrong:
		return fmt.Sprintf(" [%s]", output.Value(q.Value))
	case q.Proposed() != nil:
		return fmt.Sprintf(" [%s]", output.Value(q.Proposed()))
	case q.Optional:
		return " [none]"
	}
	return ""
}

// explain says all there is to know about a question.
func (d *deployment) explain(q resolver.Question) {
	p, s := d.prompt, d.session
	if q.Var.Help != "" {
		p.Say("    %s\n", q.Var.Help)
	}
	p.Say("    it is %s, a %s\n", q.Path, q.Var.Type)
	for _, sug := range q.Suggestions {
		p.Say("    %s: %s\n", output.Value(sug.Value), sug.Why)
	}
	for n := s.Result().Node(q.Key.Node); n != nil && n.Parent != nil; n = n.Parent {
		p.Say("    asked because %s needs it as %s\n", n.Parent.Provide.Path, n.Via.Require.Name)
	}
}
