package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// deployment is one run of `armonic deploy`.
type deployment struct {
	*settings.Global
	output.Streams
	on      string
	hosts   []string
	set     []string
	answers string
	save    string
	output.Format
	autofill bool
	yes      bool
	dryRun   bool
	wait     time.Duration // for hosts that are offline; 0 is for ever

	session *deploy.Session
	prompt  *output.Prompter
	last    spec.Path // the provide that the last question was about
	show    output.Printer
}

// Command is `armonic deploy`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	d := &deployment{Global: g, Streams: s}
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
		RunE: func(c *cobra.Command, args []string) error { return d.run(c.Context(), spec.Pattern(args[0])) },
	}
	f := c.Flags()
	f.StringVar(&d.on, "on", "", "deploy on `HOST`")
	f.StringArrayVar(&d.hosts, "hosts", nil, "meet a require on these hosts: `REQUIRE=H1,H2` (repeatable; REQUIRE= for none, REQUIRE=N for how often one without hosts is given)")
	f.StringArrayVar(&d.set, "set", nil, "set all variables that a path pattern matches: `PATTERN=VALUE` (repeatable; "+output.GivenUsage+")")
	f.StringVar(&d.answers, "answers", "", "replay the answers in `FILE`")
	f.StringVar(&d.save, "save", "", "save all answers to `FILE`")
	f.BoolVar(&d.autofill, "autofill", false, "take every suggestion, ask only what has none")
	f.BoolVar(&d.yes, "yes", false, "do not ask for confirmation; with --autofill, ask nothing at all")
	f.BoolVar(&d.dryRun, "dry-run", false, "show the plan and end")
	f.DurationVar(&d.wait, "wait", 0, "how long to wait for a host that goes offline; 0 is as long as it takes")
	d.Format.Register(c, "quiet")
	c.ValidArgsFunction = find.CompletePatterns(d.Global, query.Provide)
	_ = c.RegisterFlagCompletionFunc("on", connect.CompleteHosts(d.Global))
	return c
}

func (d *deployment) run(ctx context.Context, pattern spec.Pattern) error {
	var err error
	d.show = output.NewPrinter(d.Format, d.Out)
	if d.wait < 0 {
		return d.show.Failure(spec.Errorf(spec.Invalid, "--wait %s is less than nothing", d.wait))
	}
	if err := d.checkSaveFile(); err != nil {
		return d.show.Failure(err)
	}
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return d.show.Failure(err)
	}
	defer closeFleet()
	if err := d.plan(ctx, fleet, pattern); err != nil {
		return d.show.Failure(err)
	}
	plan := d.session.Result().Plan
	var previews map[resolver.TaskID]deploy.TaskPreview
	if !d.yes || d.dryRun {
		previews = deploy.Preview(ctx, fleet, plan)
	}
	d.show.Plan(d.session, previews)
	switch ok, err := d.askConfirmation(ctx, plan); {
	case d.dryRun:
		return nil
	case err != nil:
		return d.show.Failure(err)
	case !ok:
		return output.ErrNotConfirmed
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
		return unreachable(catalogue, output.Exit(output.ExitUsage, err))
	}
	if note != "" {
		output.Printf(d.Err, "note: %s\n", note)
	}
	d.session = deploy.NewSession(fleet, found)
	d.prompt = output.NewPrompter(d.In, d.Out)
	if !d.show.Interactive() {
		d.prompt = output.NewPrompter(d.In, d.Err)
	}
	if err := d.applyFlags(ctx); err != nil {
		return err
	}
	if err := d.checkObserver(ctx, fleet, catalogue.HostsOf(found)); err != nil {
		return err
	}
	if err := d.answerQuestions(ctx); err != nil {
		return err
	}
	if err := d.checkComplete(); err != nil {
		return err
	}
	if !d.dryRun {
		if err := deploy.ObserverError(deploy.Observed(ctx, fleet, d.session.Result().Plan.Hosts)); err != nil {
			return err
		}
	}
	return d.saveAnswers()
}

// checkObserver asks nothing of a person who may deploy on none of the hosts that there are
// to choose from.
func (d *deployment) checkObserver(ctx context.Context, fleet deploy.Fleet, hosts []spec.Host) error {
	if d.on != "" {
		hosts = []spec.Host{spec.Host(d.on)}
	}
	if d.dryRun {
		return nil
	}
	observed := deploy.Observed(ctx, fleet, hosts)
	if len(observed) < len(hosts) {
		return nil
	}
	return deploy.ObserverError(observed)
}

// unreachable is the error for a pattern that matched nothing: if no host at all
// answered, that is why.
func unreachable(c deploy.Catalogue, err error) error {
	if len(c.Offers) > 0 || len(c.Errs) == 0 {
		return err
	}
	var all []string
	for _, h := range slices.Sorted(maps.Keys(c.Errs)) {
		all = append(all, fmt.Sprintf("%s: %s", h, value.OneLine(c.Errs[h].Error())))
	}
	return spec.Errorf(spec.Unavailable, "no host answers:\n  %s", strings.Join(all, "\n  "))
}
