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
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// deployment is one run of `armonic deploy`.
type deployment struct {
	*settings.Global
	output.Streams
	on        []string
	hosts     []string
	set       []string
	choose    []string
	ways      []string
	given     []string
	manage    bool
	noCall    bool
	questions bool
	answers   string
	save      string
	output.Format
	autofill bool
	yes      bool
	dryRun   bool
	unpinned bool
	repair   bool
	changed  string
	wait     time.Duration // for hosts that are offline; 0 is for ever

	approveBy  []string
	name       string
	resume     string
	planAgain  bool
	rolling    []string
	replay     string
	moves      []string
	replayed   *replayed // nil without --replay
	whenOnline time.Duration

	session *deploy.Session
	prompt  *output.Prompter
	last    spec.Path // the provide that the last question was about
	show    output.Printer
}

// Command is `armonic deploy`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	d := &deployment{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "deploy [PATTERN]",
		Short: "Deploy a provide, asking line by line for what is missing",
		Long: `Deploy the provide that PATTERN matches, and everything it requires.

A pattern is //Lifecycle//provide, an absolute path such as /web1/WebSite/Active/start,
or relative, WebSite//start. What is not given by flags or by an answers file is
asked line by line. Exit codes: 0 done, 1 a step failed, 2 usage, 3 answers missing
or wrong, 4 a host cannot be reached, 130 interrupted.`,
		Example: `  armonic deploy //WebSite//start --demo --on web1
  armonic deploy //WebSite//start --demo --on web1 --set //WebServer//conf/port=8080
  armonic deploy //Proxy//start --demo --on lb1 --hosts websites=web1,web2 --autofill --yes -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case d.replay != "" && (len(args) > 0 || d.resume != "" || d.answers != ""):
				return spec.Errorf(spec.Invalid, "--replay plans what a deployment did again: it takes no PATTERN, --resume or --answers")
			case d.replay == "" && len(d.moves) > 0:
				return spec.Errorf(spec.Invalid, "--move is for --replay: it takes what was decided for one host for another")
			case d.replay != "":
				return d.runReplay(c.Context())
			case d.resume != "" && len(args) == 0:
				return d.resumeRun(c.Context())
			case d.resume != "":
				return spec.Errorf(spec.Invalid, "--resume goes on with what was planned: it takes no PATTERN")
			case len(args) == 0:
				return spec.Errorf(spec.Invalid, "deploy takes one PATTERN, has 0").WithHint("armonic deploy --help shows examples")
			}
			return d.run(c.Context(), spec.Pattern(args[0]))
		},
	}
	f := c.Flags()
	f.StringSliceVar(&d.on, "on", nil, "deploy on `HOST`, or on each of several: H1,H2, a pattern such as 'web*', a group, @NAME (repeatable)")
	f.StringArrayVar(&d.hosts, "hosts", nil, "meet a require on these hosts: `REQUIRE=H1,H2` (repeatable; REQUIRE= for none, REQUIRE=N for how often one without hosts is given)")
	f.StringArrayVar(&d.set, "set", nil, "set all variables that a path pattern matches: `PATTERN=VALUE` (repeatable; "+output.GivenUsage+")")
	f.StringArrayVar(&d.choose, "choose", nil, "where several provides match, take this one for a node: `NODE=Lifecycle/State/provide` (repeatable)")
	f.StringArrayVar(&d.ways, "path-index", nil, "take way N, counted from 0, to the state of a node's provide: `NODE=N`, or N for the root (repeatable)")
	f.StringArrayVar(&d.given, "unmanaged", nil, "take `NODE` as given: nothing is called there, --set says what it would return (repeatable)")
	f.BoolVar(&d.manage, "manage-all", false, "let Armonic do everything, also what the answers file takes as given")
	f.BoolVar(&d.noCall, "no-call", false, "enter the states that the provide needs, but do not call it")
	f.StringVar(&d.answers, "answers", "", "replay the answers in `FILE`; - is standard input")
	f.StringVar(&d.save, "save", "", "save all answers to `FILE`")
	f.BoolVar(&d.autofill, "autofill", false, "take every suggestion, ask only what has none")
	f.BoolVar(&d.yes, "yes", false, "do not ask for confirmation; with --autofill, ask nothing at all")
	f.BoolVar(&d.dryRun, "dry-run", false, "show the plan and end")
	f.BoolVar(&d.questions, "questions", false, "list all questions as they stand, with what is suggested and why each is asked, and end")
	f.BoolVar(&d.unpinned, "unpinned", false, "go on also where a host would do something else by now than was shown")
	f.BoolVar(&d.repair, "repair", false, "enter states again that the deployment relies on, and whose work is not as it was left")
	output.ChangedFlag(c, &d.changed)
	f.StringArrayVar(&d.approveBy, "approve-by", nil, "do nothing before `JID` has approved the plan; JID,JID is one of them (repeatable: each of them)")
	f.StringVar(&d.name, "name", "", "what the deployment is called: `NAME` (default from what is deployed and where: proxy-lb1)")
	f.StringVar(&d.resume, "resume", "", "go on with deployment `ID`, or the last one of that name, which was interrupted")
	f.StringVar(&d.replay, "replay", "", "plan what deployment `ID`, or the last one of that name, did, with all that was decided in it")
	f.StringArrayVar(&d.moves, "move", nil, "with --replay: on another host, `FROM=TO` (repeatable)")
	f.BoolVar(&d.planAgain, "plan-again", false, "with --resume: plan what is left again, from what the hosts are now, with the same answers")
	f.StringArrayVar(&d.rolling, "rolling", nil, "roll a require out in batches: `REQUIRE=HOW`, such as websites=2 or websites=25%,canary=1,max-fail=1,pause=30s (repeatable)")
	f.DurationVar(&d.whenOnline, "when-online", 0, "how long to wait for hosts that are offline: before planning, for those that are named; later, when it is the turn of one; 0 is not at all, and then two minutes")
	f.DurationVar(&d.wait, "wait", 0, "how long to wait for a host that goes offline; 0 is as long as it takes")
	d.Format.Register(c, "quiet")
	c.ValidArgsFunction = find.CompletePatterns(g, query.Provide)
	for flag, complete := range map[string]cobra.CompletionFunc{
		"hosts": find.CompleteRequires(g, true), "rolling": find.CompleteRequires(g, false), "set": find.CompleteVariables(g, false),
		"choose": find.CompleteChoices(g), "unmanaged": find.CompleteNodes(g, ""), "path-index": find.CompleteNodes(g, "="),
	} {
		_ = c.RegisterFlagCompletionFunc(flag, complete) // the flag is there
	}
	return c
}

func (d *deployment) run(ctx context.Context, pattern spec.Pattern) error {
	if err := d.checkFlags(); err != nil {
		return d.show.Failure(err)
	}
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return d.show.Failure(err)
	}
	defer closeFleet()
	return d.runOn(ctx, fleet, pattern)
}

// runOn plans and carries out on a fleet.
func (d *deployment) runOn(ctx context.Context, fleet deploy.Fleet, pattern spec.Pattern) error {
	if err := d.plan(ctx, fleet, pattern); err != nil {
		return d.show.Failure(err)
	}
	if d.questions {
		return nil
	}
	previews, err := d.confirm(ctx, fleet, d.session.Result().Plan)
	if err != nil || d.dryRun {
		return err
	}
	return d.execute(ctx, fleet, previews)
}

// checkFlags finds out what is wrong with flags before anybody is asked anything.
func (d *deployment) checkFlags() error {
	d.show = output.NewPrinter(d.Format, d.Out)
	for name, x := range map[string]time.Duration{"wait": d.wait, "when-online": d.whenOnline} {
		if x < 0 {
			return spec.Errorf(spec.Invalid, "--%s %s is less than nothing", name, x)
		}
	}
	if err := d.checkSaveFile(); err != nil {
		return err
	}
	if d.name != "" {
		if err := rollout.CheckName(d.name); err != nil {
			return err
		}
	}
	_, err := d.options()
	return err
}

// confirm shows what the session's plan would change, and asks whether to go on. The previews
// are what the hosts are held to.
func (d *deployment) confirm(ctx context.Context, fleet deploy.Fleet, plan *resolver.Plan) (map[resolver.TaskID]deploy.TaskPreview, error) {
	var previews map[resolver.TaskID]deploy.TaskPreview
	opt, err := d.options()
	if err != nil {
		return nil, d.show.Failure(err)
	}
	if !d.yes || d.dryRun || previewed(opt.Approval) {
		previews = deploy.Preview(ctx, fleet, plan)
	}
	d.show.Plan(output.Planned{Pattern: d.session.Pattern(), Plan: plan, Node: d.session.Result().Node, Previews: previews, Takes: rollout.Usual(d.session),
		Usual: func(t *resolver.Task, step int) time.Duration {
			return d.session.Usual(t.Host, t.Lifecycle, t.Steps[step])
		}})
	for _, text := range rollout.Busy(ctx, fleet, d.Deployments(), plan.Hosts) {
		output.Printf(d.Err, "note: %s; what is planned there waits for it\n", text)
	}
	switch ok, err := d.askConfirmation(ctx, plan); {
	case d.dryRun:
		return nil, nil
	case err != nil:
		return nil, d.show.Failure(err)
	case !ok:
		return nil, output.ErrNotConfirmed
	}
	if d.unpinned {
		previews = nil
	}
	return previews, nil
}

// plan makes the session and brings it to a complete plan.
func (d *deployment) plan(ctx context.Context, fleet deploy.Fleet, pattern spec.Pattern) error {
	if err := d.awaitNamed(ctx, fleet, pattern); err != nil {
		return err
	}
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
	if err := d.newSession(fleet, found); err != nil {
		return err
	}
	d.newPrompter()
	if err := d.applyFlags(ctx); err != nil {
		return err
	}
	if err := d.awaitAnswered(ctx, fleet); err != nil {
		return err
	}
	if d.questions {
		return d.listQuestions(ctx)
	}
	if err := d.checkObserver(ctx, fleet, catalogue.HostsOf(found)); err != nil {
		return err
	}
	return d.complete(ctx, fleet)
}

// newSession begins to plan a provide.
func (d *deployment) newSession(fleet deploy.Fleet, found spec.Pattern) error {
	d.session = deploy.NewSession(fleet, found)
	return d.setGroups()
}

// setGroups tells the session which groups of hosts the settings have. Where there need not be
// any settings they may also be broken.
func (d *deployment) setGroups() error {
	groups, err := d.Groups()
	if err != nil && !d.Demo && !d.Local {
		return err
	}
	d.session.SetGroups(groups)
	return nil
}

// newPrompter makes the prompter of questions.
func (d *deployment) newPrompter() {
	d.prompt = output.NewPrompter(d.In, d.Out)
	if !d.show.Interactive() {
		d.prompt = output.NewPrompter(d.In, d.Err)
	}
}

// complete brings the session to a plan that may be carried out.
func (d *deployment) complete(ctx context.Context, fleet deploy.Fleet) error {
	if err := d.answerQuestions(ctx); err != nil {
		return err
	}
	if d.Plain && d.canAsk() {
		if err := d.review(ctx); err != nil {
			return err
		}
	}
	if err := d.checkComplete(); err != nil {
		return err
	}
	if err := d.checkDrift(ctx); err != nil {
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
	if on, err := d.session.Groups().Expand(d.onHosts(), fleet); err == nil && len(on) > 0 {
		hosts = on
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
