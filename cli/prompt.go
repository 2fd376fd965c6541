package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// prompter asks a person line by line. It reads a line when it is asked for one, and no
// further: what is typed later may be for somebody else, such as the UI.
type prompter struct {
	in   io.Reader
	out  io.Writer
	scan *bufio.Scanner
}

func newPrompter(in io.Reader, out io.Writer) *prompter {
	return &prompter{in: in, out: out, scan: bufio.NewScanner(in)}
}

func (p *prompter) say(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

// read gives the next line without the blanks around it, io.EOF at the end, or the
// context's error.
func (p *prompter) read(ctx context.Context) (string, error) {
	line, err := p.line(ctx)
	return strings.TrimSpace(line), err
}

func (p *prompter) line(ctx context.Context) (string, error) {
	return p.await(ctx, func() (string, error) {
		if !p.scan.Scan() {
			return "", io.EOF
		}
		return p.scan.Text(), nil
	})
}

// await calls read and waits for it, or for the end of the context.
func (p *prompter) await(ctx context.Context, read func() (string, error)) (string, error) {
	var line string
	ended := make(chan error, 1)
	// The goroutine ends with the line: a read from a terminal cannot be cancelled.
	go func() {
		text, err := read()
		line = text
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			p.say("\n")
		}
		return line, err
	case <-ctx.Done():
		p.say("\n")
		return "", ctx.Err()
	}
}

// confirm asks for yes or no; an empty line is the default.
func (p *prompter) confirm(ctx context.Context, text string, byDefault bool) (bool, error) {
	choice := "[y/N]"
	if byDefault {
		choice = "[Y/n]"
	}
	for {
		p.say("%s %s ", text, choice)
		line, err := p.read(ctx)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(line) {
		case "":
			return byDefault, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		p.say("  yes or no?\n")
	}
}

// question shows a question and reads the answer as typed.
func (d *deployment) question(ctx context.Context, q resolver.Question) (string, error) {
	p := d.prompt
	if at := q.Path.Cut(4); at != d.last {
		p.say("\n%s\n", at)
		d.last = at
	}
	if q.Problem != "" {
		p.say("  ! %s\n", q.Problem)
		if q.Hint != "" {
			p.say("    hint: %s\n", q.Hint)
		}
	}
	p.say("  %s%s: ", label(q), offer(q))
	if q.Var.Hidden() {
		return p.secret(ctx)
	}
	return p.read(ctx)
}

// secret reads a line, blanks and all, without an echo where the input is a terminal. The
// echo is on again when it returns, also when it was interrupted.
func (p *prompter) secret(ctx context.Context) (string, error) {
	f, ok := p.in.(*os.File)
	if !ok || !term.IsTerminal(f.Fd()) {
		return p.line(ctx)
	}
	before, err := term.GetState(f.Fd())
	if err != nil {
		return "", fmt.Errorf("cannot hide what is typed: %w", err)
	}
	defer func() {
		_ = term.Restore(f.Fd(), before) // there is nothing better to do
		p.say("\n")
	}()
	return p.await(ctx, func() (string, error) {
		text, err := term.ReadPassword(f.Fd())
		return string(text), err
	})
}

func label(q resolver.Question) string {
	switch {
	case q.Key.Kind == resolver.AskHosts:
		return fmt.Sprintf("%s: hosts, separated by commas, - for none%s", q.Var.Name, options(q))
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

func options(q resolver.Question) string {
	var names []string
	for _, o := range q.Options {
		if !o.Disabled {
			names = append(names, show(o.Value))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// offer is what an empty line takes.
func offer(q resolver.Question) string {
	switch {
	case q.Value != nil && q.Status != resolver.Wrong:
		return fmt.Sprintf(" [%s]", show(q.Value))
	case len(q.Suggestions) > 0:
		return fmt.Sprintf(" [%s]", show(q.Suggestions[0].Value))
	case q.Optional:
		return " [none]"
	}
	return ""
}

// explain says all there is to know about a question.
func (d *deployment) explain(q resolver.Question) {
	p, s := d.prompt, d.session
	if q.Var.Help != "" {
		p.say("    %s\n", q.Var.Help)
	}
	p.say("    it is %s, a %s\n", q.Path, q.Var.Type)
	for _, sug := range q.Suggestions {
		p.say("    %s: %s\n", show(sug.Value), sug.Why)
	}
	for n := s.Result().Node(q.Key.Node); n != nil && n.Parent != nil; n = n.Parent {
		p.say("    asked because %s needs it as %s\n", n.Parent.Provide.Path, n.Via.Require.Name)
	}
}

// show writes a value for a person.
func show(x any) string {
	switch v := x.(type) {
	case nil:
		return "none"
	case spec.Deferred:
		return "(" + v.String() + ")"
	case []spec.Host:
		names := make([]string, len(v))
		for i, h := range v {
			names[i] = string(h)
		}
		return strings.Join(names, ", ")
	case []any:
		parts := make([]string, len(v))
		for i, y := range v {
			parts[i] = show(y)
		}
		return strings.Join(parts, ", ")
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(x)
}
