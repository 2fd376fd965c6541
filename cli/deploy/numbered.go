package deploy

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/resolver"
)

// PlainHelp says what can be typed instead of an answer where choices have numbers.
const PlainHelp = "Type the number of a choice, or the value itself; Enter takes what is in brackets. ? explains a question, :back takes the last answer back, :leave gives up."

// command does what is no answer, and reports whether it was that.
func (d *deployment) command(text string) (done bool, err error) {
	switch text {
	case ":leave":
		return true, output.ErrNotConfirmed
	case ":back":
		if !d.session.Undo() {
			d.prompt.Say("There is nothing to take back.\n")
		}
		return true, nil
	}
	return false, nil
}

// numbered puts the options in the place of their numbers. What is an option itself stays.
func numbered(q resolver.Question, text string) string {
	options := optionTexts(q)
	if len(options) == 0 || slices.Contains(options, text) {
		return text
	}
	one := func(s string) string {
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(options) && !slices.Contains(options, s) {
			return options[n-1]
		}
		return s
	}
	if !manyHosts(q) {
		return one(text)
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	for i := range parts {
		parts[i] = one(parts[i])
	}
	return strings.Join(parts, ",")
}

// manyHosts reports whether several hosts can be the answer.
func manyHosts(q resolver.Question) bool {
	return q.Key.Kind == resolver.AskHosts || q.Key.Kind == resolver.AskHost && q.Key.Node == resolver.Root
}

// review has a person look at all answers, and change some, before there is a plan.
func (d *deployment) review(ctx context.Context) error {
	for {
		var names []string
		var keys []resolver.Key
		for _, q := range d.session.Result().Questions {
			if q.Fixed || q.Var.Expert || q.Key.Kind == resolver.AskManage || q.Value == nil && !q.Required() {
				continue
			}
			text := output.Value(q.Value)
			if q.Problem != "" {
				text += ", wrong: " + q.Problem
			}
			keys, names = append(keys, q.Key), append(names, string(q.Path)+" "+label(q, false)+": "+text)
		}
		d.prompt.Say("\nThe answers are:\n")
		i, err := d.prompt.Choose(ctx, "Which one is to be changed", names, "go on")
		if errors.Is(err, io.EOF) || i < 0 && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.ask(ctx, *d.session.Result().Question(keys[i])); err != nil {
			return err
		}
		if err := d.answerQuestions(ctx); err != nil {
			return err
		}
	}
}
