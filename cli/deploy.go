package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// deployment is one run of `armonic deploy`.
type deployment struct {
	*globals
	Streams
	on       string
	hosts    []string
	set      []string
	answers  string
	save     string
	output   string
	autofill bool
	yes      bool
	dryRun   bool
	wait     time.Duration // for hosts that are offline; 0 is for ever

	session *deploy.Session
	prompt  *prompter
	last    spec.Path // the provide that the last question was about
	show    printer
}

func newDeploy(g *globals, s Streams) *cobra.Command {
	d := &deployment{globals: g, Streams: s}
	c := &cobra.Command{
		Use:   "deploy PATTERN",
		Short: "Deploy a provide, asking line by line for what is missing",
		Long: `Deploy the provide that PATTERN matches, and everything it requires.

A pattern is //Lifecycle//provide, an absolute path such as /web1/WebSite/Active/start,
or relative, WebSite//start. What is not given by flags or by an answers file is
asked line by line. Exit codes: 0 done, 1 a step failed, 2 usage, 3 answers missing
or wrong, 4 a host cannot be reached, 130 interrupted.`,
		Example: `  armonic deploy //WebSite//start --demo --on web1
  armonic deploy //WebSite//start --demo --on web1 --set //WebServer//conf/port=8080
  armonic deploy //Proxy//start --demo --on lb1 --hosts websites=web1,web2 --autofill --yes -o json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return spec.Errorf(spec.Invalid, "deploy needs one PATTERN, has %d", len(args)).
					WithHint("for example: armonic deploy //WebSite//start --demo")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return d.run(c.Context(), spec.Pattern(args[0])) },
	}
	f := c.Flags()
	f.StringVar(&d.on, "on", "", "deploy on `HOST`")
	f.StringArrayVar(&d.hosts, "hosts", nil, "meet a require on these hosts: `REQUIRE=H1,H2` (repeatable; REQUIRE= for none, REQUIRE=N for how often one without hosts is given)")
	f.StringArrayVar(&d.set, "set", nil, "set all variables that a path pattern matches: `PATTERN=VALUE` (repeatable)")
	f.StringVar(&d.answers, "answers", "", "replay the answers in `FILE`")
	f.StringVar(&d.save, "save", "", "save all answers to `FILE`")
	f.BoolVar(&d.autofill, "autofill", false, "take every suggestion, ask only what has none")
	f.BoolVar(&d.yes, "yes", false, "do not ask for confirmation; with --autofill, ask nothing at all")
	f.BoolVar(&d.dryRun, "dry-run", false, "show the plan and end")
	f.DurationVar(&d.wait, "wait", 0, "how long to wait for a host that goes offline; 0 is as long as it takes")
	f.StringVarP(&d.output, "output", "o", "plain", "`FORMAT`: plain, json (one object a line) or quiet")
	_ = c.RegisterFlagCompletionFunc("on", completeHosts(d.globals))
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"plain", "json", "quiet"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (d *deployment) run(ctx context.Context, pattern spec.Pattern) error {
	var err error
	if d.show, err = newPrinter(d.output, d.Out); err != nil {
		return err
	}
	if d.wait < 0 {
		return d.show.failure(spec.Errorf(spec.Invalid, "--wait %s is less than nothing", d.wait))
	}
	if err := d.savable(); err != nil {
		return d.show.failure(err)
	}
	fleet, closeFleet, err := open(ctx, d.globals, d.Streams, false)
	if err != nil {
		return d.show.failure(err)
	}
	defer closeFleet()
	if err := d.plan(ctx, fleet, pattern); err != nil {
		return d.show.failure(err)
	}
	plan := d.session.Result().Plan
	d.show.plan(d.session)
	switch ok, err := d.confirmed(ctx, plan); {
	case d.dryRun:
		return nil
	case err != nil:
		return d.show.failure(err)
	case !ok:
		return exit(exitInterrupted, errors.New("not confirmed, nothing was done"))
	}
	return d.execute(ctx, fleet)
}

// plan makes the session and brings it to a complete plan.
func (d *deployment) plan(ctx context.Context, fleet deploy.Fleet, pattern spec.Pattern) error {
	catalogue := deploy.ReadCatalogue(ctx, fleet)
	if err := ctx.Err(); err != nil {
		return err
	}
	found, note, err := catalogue.Find(pattern)
	if err != nil {
		return unreachable(catalogue, exit(exitUsage, err))
	}
	if note != "" {
		_, _ = fmt.Fprintln(d.Err, "note: "+note)
	}
	d.session = deploy.NewSession(fleet, found)
	if err := d.given(); err != nil {
		return err
	}
	d.prompt = newPrompter(d.In, d.Out)
	if err := d.decide(ctx); err != nil {
		return err
	}
	if err := d.complete(); err != nil {
		return err
	}
	return d.write()
}

// unreachable is the error for a pattern that matched nothing: if no host at all
// answered, that is why.
func unreachable(c deploy.Catalogue, err error) error {
	if len(c.Offers) > 0 || len(c.Errs) == 0 {
		return err
	}
	var all []string
	for _, h := range slices.Sorted(maps.Keys(c.Errs)) {
		all = append(all, fmt.Sprintf("%s: %v", h, c.Errs[h]))
	}
	return spec.Errorf(spec.Unavailable, "no host answers:\n  %s", strings.Join(all, "\n  "))
}

// given applies what flags and the answers file say.
func (d *deployment) given() error {
	if d.answers != "" {
		f, err := os.Open(d.answers)
		if err != nil {
			return exit(exitAnswers, fmt.Errorf("cannot read the answers: %w", err))
		}
		defer func() { _ = f.Close() }() // only read
		answers, err := deploy.LoadAnswers(f, d.answers, d.keys())
		if err == nil {
			err = d.session.Replay(answers)
		}
		if err != nil {
			return exit(exitAnswers, err)
		}
	}
	if d.on != "" {
		d.session.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host(d.on))
	}
	for _, h := range d.hosts {
		require, hosts, ok := strings.Cut(h, "=")
		if !ok || require == "" {
			return spec.Errorf(spec.Invalid, "--hosts %q is not REQUIRE=H1,H2", h).WithHint("for example --hosts websites=web1,web2")
		}
		d.session.SetHosts(require, hosts)
	}
	for _, text := range d.set {
		pattern, value, err := deploy.ParseSet(text)
		if err == nil {
			err = d.session.Set(pattern, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keys seal the secrets of answers files with a key in the operator's state
// directory, or where --state-dir says.
func (g *globals) keys() deploy.Keys {
	dir := g.stateDir
	if dir == "" {
		dir = stateDir()
	}
	return seal.KeyFile{Path: filepath.Join(dir, "key")}
}

// savable says early what would keep the answers from being saved in the end.
func (d *deployment) savable() error {
	if d.save == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(d.save), ".armonic-*")
	if err != nil {
		return fmt.Errorf("cannot save answers to %s: %w", d.save, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// write saves the answers, whole or not at all.
func (d *deployment) write() error {
	if d.save == "" {
		return nil
	}
	var text strings.Builder
	if err := d.session.SaveAnswers(&text, d.keys()); err != nil {
		return err
	}
	if err := renameio.WriteFile(d.save, []byte(text.String()), fs.FileMode(0o600)); err != nil {
		return fmt.Errorf("cannot save the answers: %w", err)
	}
	return nil
}

// execute carries the plan out. An interrupt stops it after the steps that run.
func (d *deployment) execute(ctx context.Context, fleet deploy.Fleet) error {
	e, err := deploy.NewExecution(d.session, deploy.Options{By: operator(), Sink: func(u deploy.Update) { d.show.update(u) }})
	if err != nil {
		return err
	}
	defer e.Close()
	d.show.start(e.ID())
	if f, ok := fleet.(deploy.Roomed); ok && f.Room(e.ID()) != "" {
		_, _ = fmt.Fprintf(d.Err, "the log can be read in the room %s\n", f.Room(e.ID()))
	}
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	stop := tellAway(e, fleet, d.Err, d.wait, giveUp)
	defer stop()
	e.Start(context.WithoutCancel(ctx))
	for {
		if err := e.Wait(waiting); err != nil {
			err := d.interrupt(ctx, e)
			if ctx.Err() == nil { // nobody interrupts it
				err = exit(exitUnreachable, context.Cause(waiting))
			}
			return err
		}
		s := e.Snapshot()
		again, err := d.again(ctx, s)
		if err != nil {
			return d.interrupt(ctx, e)
		}
		if !again {
			d.show.result(s)
			return outcome(s)
		}
		for _, t := range s.Tasks {
			if t.Status == deploy.FailedTask || t.Status == deploy.LostTask {
				if err := e.Retry(ctx, t.ID); err != nil {
					report(d.Err, err)
				}
			}
		}
	}
}

// interruptGrace is how long running steps may take to notice that they are cancelled.
const interruptGrace = 10 * time.Second

func (d *deployment) interrupt(ctx context.Context, e *deploy.Execution) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptGrace)
	defer cancel()
	e.Stop(grace)
	_ = e.Wait(grace) // whatever has not ended by now is shown as running
	d.show.result(e.Snapshot())
	return exit(exitInterrupted, nil)
}

// again asks whether to retry what failed, where somebody can be asked. The error
// is the context's.
func (d *deployment) again(ctx context.Context, s *deploy.Snapshot) (bool, error) {
	if s.OK || d.yes || !d.show.talks() {
		return false, nil
	}
	yes, err := d.prompt.confirm(ctx, fmt.Sprintf("%d failed. Retry?", s.Failed), false)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return yes, err
}

// outcome is the exit code of an execution that is over.
func outcome(s *deploy.Snapshot) error {
	if s.OK {
		return nil
	}
	for _, t := range s.Tasks {
		if t.Status == deploy.LostTask {
			return exit(exitUnreachable, nil)
		}
	}
	return exit(exitFailed, nil)
}
