package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// task is work on one lifecycle of one host: `armonic state-goto` and `provide-call`.
type task struct {
	low
	values []string
	index  int
	dryRun bool
	check  bool

	agent spec.Agent
	route spec.Route
	work  spec.Work
}

func newStateGoto(g *globals, s Streams) *cobra.Command {
	t := &task{low: low{globals: g, Streams: s}}
	c := &cobra.Command{
		Use:   "state-goto PATH",
		Short: "Bring a lifecycle to a state",
		Long: `Enter and leave states until the one that PATH names is the current one. PATH is a
pattern that matches one state. What the states on the way ask is given with -R;
what has a default need not be given.`,
		Example: `  armonic state-goto //WebServer/Active --demo -J web1 -R conf/port=8080
  armonic state-goto //WebServer/NotInstalled --local`,
	}
	t.flags(c)
	t.pattern(c, "PATH", true, query.State, t.gotoState)
	return c
}

func newProvideCall(g *globals, s Streams) *cobra.Command {
	t := &task{low: low{globals: g, Streams: s}}
	c := &cobra.Command{
		Use:   "provide-call PATH",
		Short: "Call one provide, entering the states that it needs",
		Long: `Call the provide that PATH, a pattern, names, unless its state is applied after entering
the states on the way to it. Nothing else is called: what other provides would return is
given with -R, as everything that the provide and the states on the way ask. See
armonic deploy for the other way round.`,
		Example: `  armonic provide-call //WebServer//start --demo -J web1 -R conf/port=8080
  armonic provide-call //WebSite//start --check --demo -J web1 -R webserver/url=http://web1`,
	}
	c.Flags().BoolVar(&t.check, "check", false, "only say what is wrong with the values")
	t.flags(c)
	t.pattern(c, "PATH", true, query.Provide, t.call)
	return c
}

func (t *task) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&t.values, "require", "R", nil, "give a value: `REQUIRE/VARIABLE=VALUE` (repeatable; longer: STATE/PROVIDE/…; the second set of a require is REQUIRE[1])")
	f.IntVar(&t.index, "path-index", 0, "take way `N`, counted from 0 as --path of state and provide lists them")
	f.BoolVar(&t.dryRun, "dry-run", false, "show what would be done and end")
	t.register(c)
}

func (t *task) gotoState(ctx context.Context, p spec.Pattern) error {
	targets, err := t.targets(ctx, p, query.State)
	if err != nil {
		return err
	}
	return t.do(ctx, targets)
}

func (t *task) call(ctx context.Context, p spec.Pattern) error {
	targets, err := t.targets(ctx, p, query.Provide)
	if err != nil {
		return err
	}
	if first := targets[0]; first.Provide() == string(spec.Enter) {
		return spec.Errorf(spec.Invalid, "%s enters a state and is not called", first).
			WithHint("armonic state-goto %s", first.Cut(3))
	}
	return t.do(ctx, targets)
}

// prepare plans the way to a state or provide, and says what is wrong with the values.
func (t *task) prepare(ctx context.Context, target spec.Path) ([]spec.Problem, error) {
	values, err := parseGiven(t.values)
	if err != nil {
		return nil, err
	}
	if t.agent, err = t.find.Agent(target.Host()); err != nil {
		return nil, err
	}
	if t.route, err = t.agent.Route(ctx, spec.RouteQuery{Provide: target, Index: t.index}); err != nil {
		return nil, err
	}
	steps, problems, err := fill(target.Cut(2), t.route.Steps, values)
	if err != nil {
		return nil, err
	}
	t.work = spec.Work{Lifecycle: t.route.Lifecycle, From: t.route.From, Steps: steps}
	wrong, err := t.agent.Check(ctx, t.work)
	return append(problems, wrong...), err
}

// do goes the way to a state or provide, on one host or several.
func (t *task) do(ctx context.Context, targets []spec.Path) error {
	if len(targets) > 1 {
		return t.doAll(ctx, targets)
	}
	target := targets[0]
	problems, err := t.prepare(ctx, target)
	if err != nil {
		return err
	}
	switch {
	case t.check:
		return t.checked(problems)
	case len(problems) > 0:
		return exit(exitAnswers, &answersError{problems})
	case t.dryRun:
		return t.preview(ctx, target)
	}
	return t.execute(ctx, target)
}

// checked reports what is wrong with the values.
func (t *task) checked(problems []spec.Problem) error {
	if t.json() {
		if problems == nil {
			problems = []spec.Problem{}
		}
		if err := writeJSON(t.Out, struct {
			OK       bool           `json:"ok"`
			Problems []spec.Problem `json:"problems"`
		}{len(problems) == 0, problems}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			_, _ = fmt.Fprintf(t.Out, "%s  %s\n", p.Path, clean(p.Msg))
			detail(t.Out, "hint", p.Hint)
		}
		if len(problems) == 0 {
			_, _ = fmt.Fprintln(t.Out, "nothing is wrong")
		}
	}
	if len(problems) > 0 {
		return exit(exitAnswers, nil)
	}
	return nil
}

// preview shows the steps and what each would change.
func (t *task) preview(ctx context.Context, target spec.Path) error {
	steps, err := t.agent.Preview(ctx, t.work)
	if err != nil {
		return err
	}
	if t.json() {
		if steps == nil {
			steps = []spec.StepPreview{}
		}
		return writeJSON(t.Out, struct {
			Type      string             `json:"type"`
			Host      spec.Host          `json:"host"`
			Lifecycle string             `json:"lifecycle"`
			From      []string           `json:"from"`
			Steps     []spec.StepPreview `json:"steps"`
			After     []string           `json:"after"`
		}{"plan", target.Host(), t.work.Lifecycle, t.work.From, steps, t.route.After})
	}
	_, _ = fmt.Fprintf(t.Out, "%s is at %s\n", target.Cut(2), strings.Join(t.work.From, " > "))
	for _, s := range steps {
		_, _ = fmt.Fprintf(t.Out, "  %s%s\n", s.Step.Name(), clean(formatInputs(s.Step.Inputs)))
		printChanges(t.Out, s)
	}
	_, _ = fmt.Fprintf(t.Out, "then it is at %s\n", strings.Join(t.route.After, " > "))
	return nil
}

func printChanges(w io.Writer, s spec.StepPreview) {
	for _, c := range s.Changes {
		_, _ = fmt.Fprintf(w, "    changes %s\n", clean(c.What))
	}
	if s.Unpredictable {
		_, _ = fmt.Fprintln(w, "    does things that cannot be foreseen")
	}
	if s.Irreversible {
		_, _ = fmt.Fprintln(w, "    cannot be undone")
	}
}
