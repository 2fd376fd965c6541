package deploy

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// demands say who has to approve, by the settings and by --approve-by.
func (d *deployment) demands() ([]rollout.Demand, error) {
	out, err := d.Demands()
	if err != nil {
		return nil, err
	}
	if len(d.approveBy) > 0 && (d.Demo || d.Local) {
		return nil, spec.Errorf(spec.Invalid, "nobody else can approve with --demo or --local: the hosts are in this program")
	}
	for _, text := range d.approveBy {
		by, err := settings.ParseApprovers(strings.Split(text, ","))
		if err != nil {
			return nil, err
		}
		out = append(out, rollout.Demand{By: by, Why: "--approve-by"})
	}
	return out, nil
}

// previewed reports whether it has to be known what is changed to say who has to approve it.
func previewed(demands []rollout.Demand) bool {
	return slices.ContainsFunc(demands, func(x rollout.Demand) bool { return x.Irreversible })
}

// reportApproval writes who has to approve a deployment, and what was decided, until stop is called.
func reportApproval(r *rollout.Rollout, w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		told, failed := "", map[spec.Host]string{}
		say := func(digest, format string, args ...any) {
			if told != digest {
				told = digest
				output.Printf(w, format, args...)
			}
		}
		for version, last := -1, false; !last; version = changed(ctx, r, version) {
			last = ctx.Err() != nil // what was decided at the end is told, too
			s := r.Snapshot()
			switch {
			case s.Awaits != nil:
				say(s.Awaits.Digest, "it waits for approval by %s: armonic deployments approve %s\n", s.Awaits.Who(), s.ID)
			case s.Approved != "" && told != "":
				say("approved "+s.Approved, "approved by %s\n", s.Approved)
			case s.Refused != "":
				say("refused "+s.Refused, "refused by %s: %s\n", s.Refused, s.RefusedWhy)
			}
			for _, x := range s.Asked {
				text := ""
				if x.Err != nil {
					text = x.Err.Error()
				}
				if failed[x.Host] != text {
					if failed[x.Host] = text; text != "" {
						output.Printf(w, "%s could not be asked to wait for the approval: %s\n", x.Host, text)
					}
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// changed waits until the deployment has changed, and a moment more: nobody has to hear of each step.
func changed(ctx context.Context, r *rollout.Rollout, version int) int {
	version = r.Changed(ctx, version)
	select {
	case <-time.After(lookEvery):
	case <-ctx.Done():
	}
	return version
}

// deciding is one run of `armonic deployments approve` or `refuse`.
type deciding struct {
	decision
	refuse bool
	reason string
}

func approveCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &deciding{decision: decision{Global: g, Streams: s}}
	c := &cobra.Command{
		Use:   "approve ID",
		Short: "Approve a deployment that waits for it",
		Long: `Approve what a deployment is to do. It is shown first, as the agents of its hosts have it, with what
each says that it would change. They are held to that: what is planned again has to be approved again.

Agents take the word of accounts that have the role approve or deploy there, and of nobody for what
he has asked for himself.`,
		Example: "  armonic deployments approve shop\n  armonic deployments approve shop --yes --reason 'as agreed in CHG-17'",
		RunE:    func(c *cobra.Command, args []string) error { return d.run(c.Context(), args[0]) },
	}
	d.register(c)
	c.Flags().StringVar(&d.reason, "reason", "", "why, for those who look at the deployment later: `TEXT`")
	return c
}

func refuseCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &deciding{decision: decision{Global: g, Streams: s, yes: true}, refuse: true}
	c := &cobra.Command{
		Use:     "refuse ID",
		Short:   "Refuse a deployment that waits for approval",
		Long:    "Refuse what a deployment is to do, for a reason. Nothing of it is done. Planned again it waits for approval again.",
		Example: "  armonic deployments refuse shop --reason 'not on a Friday'",
		RunE:    func(c *cobra.Command, args []string) error { return d.run(c.Context(), args[0]) },
	}
	d.Format.Register(c)
	c.Flags().StringVar(&d.reason, "reason", "", "why, for who has asked for it: `TEXT`")
	_ = c.MarkFlagRequired("reason")
	return c
}

func (d *deciding) run(ctx context.Context, ref string) error {
	show := output.NewPrinter(d.Format, d.Out)
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return show.Failure(err)
	}
	defer closeFleet()
	all := rollout.Deployments{Fleet: fleet, Options: rollout.Options{By: settings.Operator()}}
	q, err := all.Request(ctx, ref)
	if err != nil {
		return show.Failure(err)
	}
	show.Plan(output.Planned{Title: q.Name + ", asked for by " + q.By, Plan: q.Steps(), Previews: q.Previews()})
	if _, forever := q.Changes(); len(forever) > 0 {
		output.Printf(d.Err, "this cannot be undone: %s\n", strings.Join(forever, "; "))
	}
	for _, h := range q.Hosts {
		for _, x := range h.Proposal.Decisions {
			output.Printf(d.Err, "%s: %s\n", h.Host, said(x))
		}
	}
	if !d.yes {
		c := &carrier{Streams: d.Streams, show: show, prompt: output.NewPrompter(d.In, d.Out)}
		if err := d.confirm(ctx, c, "Approve it?"); err != nil {
			return show.Failure(err)
		}
	}
	what, decide := "approved", all.Approve
	if d.refuse {
		what, decide = "refused", all.Refuse
	}
	failed := decide(ctx, q, d.reason)
	for _, h := range slices.Sorted(maps.Keys(failed)) {
		output.Printf(d.Err, "%s: %v\n", h, failed[h])
		err = failed[h]
	}
	if len(failed) > 0 {
		return show.Failure(spec.Errorf(spec.KindOf(err), "%s was not %s on %s", q.Name, what, spec.CountOf(len(failed), len(q.Hosts), "host", "hosts")).WithHint("%s", spec.HintOf(err)))
	}
	output.Printf(d.Err, "%s is %s on %s\n", q.Name, what, spec.Count(len(q.Hosts), "host", "hosts"))
	return nil
}

// said is what somebody has decided before.
func said(x spec.Decision) string {
	text := x.By + " has approved it"
	if x.Refused {
		text = x.By + " has refused it"
	}
	if x.Reason != "" {
		text += ": " + x.Reason
	}
	return text
}
