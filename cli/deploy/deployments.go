package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// Deployments is `armonic deployments`.
func Deployments(g *settings.Global, s output.Streams) *cobra.Command {
	l := &listing{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "deployments",
		Short: "List deployments, and decide about them",
		Long: `List the deployments that were made from here, and those that others made, of which the
agents of the fleet have copies. Every operator who may deploy can look at them, and go
on with them: armonic deploy --resume ID.

A deployment is named by its id, by the beginning of that, or by its name: then it is the
last one of that name.`,
		Example: "  armonic deployments\n  armonic deployments show shop\n  armonic deployments rollback shop --dry-run",
		RunE:    func(c *cobra.Command, _ []string) error { return l.run(c.Context()) },
	}
	l.Format.Register(c)
	c.AddCommand(showCommand(g, s), skipCommand(g, s), markDoneCommand(g, s), rollbackCommand(g, s), stopCommand(g, s), approveCommand(g, s), refuseCommand(g, s))
	return c
}

// CompleteDeployments offers names and ids of deployments that were made from here: who completes
// does not wait for hosts.
func CompleteDeployments(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		logs := g.Deployments()
		if logs == nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		all, _ := logs.List() // what cannot be read is not offered
		for i := range all {
			for _, name := range []string{all[i].Name, string(all[i].ID)} {
				if name != "" && strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeTasks offers the tasks that are not done of the deployment that the argument names, if it
// was made from here.
func completeTasks(g *settings.Global) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) (out []string, _ cobra.ShellCompDirective) {
		logs := g.Deployments()
		if logs == nil || len(args) != 1 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		id, err := logs.Find(args[0])
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		records, _ := logs.Read(id) // what can be read
		for _, t := range rollout.Replay(records).Snapshot(time.Now()).Tasks {
			if t.Status == rollout.Done {
				continue
			}
			for _, name := range []string{string(t.Host) + "/" + t.Lifecycle, string(t.ID)} {
				if strings.HasPrefix(name, begun) && !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// listing is one run of `armonic deployments`.
type listing struct {
	*settings.Global
	output.Streams
	output.Format
}

func (l *listing) run(ctx context.Context) error {
	fleet, closeFleet, err := connect.Open(ctx, l.Global, l.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	all, errs := rollout.List(ctx, fleet, l.Deployments())
	for _, err := range errs {
		output.PrintError(l.Err, err)
	}
	if l.JSON() {
		return output.WriteJSON(l.Out, struct {
			Deployments []rollout.Known `json:"deployments"`
		}{append([]rollout.Known{}, all...)})
	}
	if len(all) == 0 {
		output.Printf(l.Out, "there are no deployments\n")
		return nil
	}
	var rows [][]string
	for i := range all {
		x := &all[i]
		steps, hosts := "", ""
		if x.Steps > 0 {
			steps = fmt.Sprintf("%d of %d", x.StepsDone, x.Steps)
		}
		if len(x.Hosts) > 0 {
			hosts = spec.Count(len(x.Hosts), "host", "hosts")
		}
		state := x.State
		if x.Awaits != "" {
			state += " by " + x.Awaits
		}
		rows = append(rows, []string{x.Name, string(x.ID), state, steps, x.By, output.Since(x.Made), hosts})
	}
	return output.Table(l.Out, []string{"NAME", "ID", "STATE", "STEPS", "BY", "MADE", "HOSTS"}, rows)
}

// decision is a command that decides about a deployment, and goes on with it.
type decision struct {
	*settings.Global
	output.Streams
	output.Format
	yes bool
}

// register adds the flags that all of them have.
func (d *decision) register(c *cobra.Command) {
	d.Format.Register(c)
	c.Flags().BoolVar(&d.yes, "yes", false, "do not ask for confirmation")
}

// on prepares to go on with a deployment, has fn decide, and carries it out to its end. If
// fn says so, nothing is carried out.
func (d *decision) on(ctx context.Context, ref string, fn func(context.Context, deploy.Fleet, *rollout.Rollout, *carrier) (end bool, err error)) error {
	show := output.NewPrinter(d.Format, d.Out)
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return show.Failure(err)
	}
	defer closeFleet()
	demands, err := d.Demands()
	if err != nil {
		return show.Failure(err)
	}
	opt := rollout.Options{By: settings.Operator(), Logs: d.Deployments(), Approval: demands, Sink: func(u rollout.Update) { show.Update(u) }}
	r, err := rollout.Deployments{Fleet: fleet, Options: opt}.Resume(ctx, ref)
	if err != nil {
		return show.Failure(err)
	}
	prompt := output.NewPrompter(d.In, d.Out)
	c := &carrier{Global: d.Global, Streams: d.Streams, show: show, prompt: prompt, yes: d.yes, resumable: true}
	if end, err := fn(ctx, fleet, r, c); err != nil || end {
		r.Close()
		if err != nil {
			return show.Failure(err)
		}
		return nil
	}
	return c.carryOut(ctx, fleet, r)
}

// followEvery is how often a deployment is looked at that somebody else carries out.
const followEvery = time.Second
