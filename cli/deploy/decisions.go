package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// taskFlag adds --task, which names a task, or its host and lifecycle.
func taskFlag(c *cobra.Command, g *settings.Global, task *string) {
	c.Flags().StringVar(task, "task", "", "which: a `TASK` of armonic deployments show, or HOST/LIFECYCLE")
	_ = c.MarkFlagRequired("task")
	_ = c.RegisterFlagCompletionFunc("task", completeTasks(g))
}

// taskOf finds a task by its id, or one that is not done by "HOST/LIFECYCLE".
func taskOf(s *rollout.Snapshot, text string) (resolver.TaskID, error) {
	var found, open []string
	for _, t := range s.Tasks {
		if string(t.ID) == text {
			return t.ID, nil
		}
		if t.Status == rollout.Done {
			continue
		}
		open = append(open, string(t.ID))
		if string(t.Host)+"/"+t.Lifecycle == strings.Trim(text, "/") {
			found = append(found, string(t.ID))
		}
	}
	switch {
	case len(found) == 1:
		return resolver.TaskID(found[0]), nil
	case len(found) > 1:
		return "", spec.Errorf(spec.Ambiguous, "%s has %d tasks that are not done: %s", text, len(found), strings.Join(found, ", "))
	case len(open) == 0:
		return "", spec.Errorf(spec.NotFound, "the deployment has no task %q", text).WithHint("all of it is done")
	}
	return "", spec.Errorf(spec.NotFound, "the deployment has no task %q", text).WithHint("not done are %s", strings.Join(open[:min(len(open), 8)], ", "))
}

func skipCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &decision{Global: g, Streams: s}
	var task, reason string
	c := &cobra.Command{
		Use:   "skip ID",
		Short: "Go on without a task that failed, for a reason",
		Long: `Go on without a task: what depends on it goes on as though it were done. What needs a value
that it would have returned fails; then do it by hand, and say mark-done.`,
		Example: "  armonic deployments skip shop --task web2/WebSite --reason 'web2 is being replaced'",
		RunE: func(c *cobra.Command, args []string) error {
			return d.on(c.Context(), args[0], func(_ context.Context, _ deploy.Fleet, r *rollout.Rollout, _ *carrier) (bool, error) {
				id, err := taskOf(r.Snapshot(), task)
				if err == nil {
					err = r.Skip(id, reason)
				}
				return false, err
			})
		},
	}
	d.register(c)
	taskFlag(c, g, &task)
	c.Flags().StringVar(&reason, "reason", "", "why, for those who look at the deployment later: `TEXT`")
	_ = c.MarkFlagRequired("reason")
	return c
}

func markDoneCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &decision{Global: g, Streams: s}
	var task, reason string
	var returns []string
	c := &cobra.Command{
		Use:     "mark-done ID",
		Short:   "Take a task as done, which was done by hand",
		Example: "  armonic deployments mark-done shop --task db1/Mysql --reason 'restored from the backup' --returns port=3306",
		RunE: func(c *cobra.Command, args []string) error {
			return d.on(c.Context(), args[0], func(_ context.Context, _ deploy.Fleet, r *rollout.Rollout, _ *carrier) (bool, error) {
				id, err := taskOf(r.Snapshot(), task)
				if err != nil {
					return false, err
				}
				var values map[string]any
				for _, text := range returns {
					name, x, ok := strings.Cut(text, "=")
					if !ok || name == "" {
						return false, spec.Errorf(spec.Invalid, "--returns %q is not NAME=VALUE", text)
					}
					if values == nil {
						values = map[string]any{}
					}
					values[name] = x
				}
				return false, r.MarkDone(id, reason, values)
			})
		},
	}
	d.register(c)
	taskFlag(c, g, &task)
	c.Flags().StringVar(&reason, "reason", "it was done by hand", "how, for those who look at the deployment later: `TEXT`")
	c.Flags().StringArrayVar(&returns, "returns", nil, "what its call would have returned: `NAME=VALUE` (repeatable)")
	return c
}

func rollbackCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &decision{Global: g, Streams: s}
	var on string
	var dryRun, unpinned bool
	c := &cobra.Command{
		Use:   "rollback ID",
		Short: "Take back what a deployment did, newest first",
		Long: `Take back exactly what a deployment did, newest first: states that it entered are left, those
that it entered again get the values of before, calls of provides are taken back. What was
there before, what another deployment did, or somebody by hand, stays. It is shown first. A
rollback that stops half-way says what is left, and is gone on with like a deployment.`,
		Example: "  armonic deployments rollback shop --dry-run\n  armonic deployments rollback shop --on web2",
		RunE: func(c *cobra.Command, args []string) error {
			return d.on(c.Context(), args[0], func(ctx context.Context, _ deploy.Fleet, r *rollout.Rollout, c *carrier) (bool, error) {
				p, previews, err := c.planRollback(ctx, r, deploy.ParseHosts(on))
				switch {
				case err != nil || dryRun:
					return true, err
				case len(p.Plan.Tasks) == 0:
					return true, spec.Errorf(spec.Invalid, "there is nothing that could be taken back")
				}
				if err := d.confirm(ctx, c, takeBack(p)); err != nil {
					return true, err
				}
				if unpinned {
					previews = nil
				}
				return false, r.Rollback(p, previews)
			})
		},
	}
	d.register(c)
	c.Flags().StringVar(&on, "on", "", "only what it did on these hosts: `H1,H2`")
	c.Flags().BoolVar(&dryRun, "dry-run", false, "show what would be taken back, and end")
	c.Flags().BoolVar(&unpinned, "unpinned", false, "go on also where a host would do something else by now than was shown")
	return c
}

// planRollback finds out what taking a deployment back would change, on all hosts or on some, and
// shows it.
func (c *carrier) planRollback(ctx context.Context, r *rollout.Rollout, on []spec.Host) (*rollout.Rollback, map[resolver.TaskID]deploy.TaskPreview, error) {
	p, err := r.PlanRollback(ctx, on)
	if err != nil {
		return nil, nil, err
	}
	previews := r.PreviewRollback(ctx, p)
	c.show.Plan(output.Planned{Title: "Rollback of " + r.Snapshot().Name, Plan: p.Plan, Previews: previews})
	for _, x := range p.Problems {
		output.Printf(c.Err, "%s: %s\n", x.Path, x.Msg)
	}
	return p, previews, nil
}

// takeBack is the question whether to.
func takeBack(p *rollout.Rollback) string {
	return fmt.Sprintf("Take back %s on %s?", spec.Count(p.Plan.Steps(), "step", "steps"), joined(p.Plan.Hosts))
}

// confirm asks whether to go on, unless that was said already.
func (d *decision) confirm(ctx context.Context, c *carrier, question string) error {
	if d.yes {
		return nil
	}
	if !c.show.Interactive() {
		return spec.Errorf(spec.Invalid, "nobody can be asked to confirm with -o %s", d.Format.String()).WithHint("add --yes")
	}
	switch yes, err := c.prompt.Confirm(ctx, question, false); {
	case errors.Is(err, io.EOF):
		return spec.Errorf(spec.Invalid, "nobody confirmed").WithHint("add --yes to go on without asking")
	case err != nil:
		return err
	case !yes:
		return output.ErrNotConfirmed
	}
	return nil
}

func joined(hosts []spec.Host) string {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = string(h)
	}
	return strings.Join(names, ", ")
}

func stopCommand(g *settings.Global, s output.Streams) *cobra.Command {
	d := &decision{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "stop ID",
		Short: "Stop a deployment, wherever it is carried out",
		Long: `Stop a deployment after the steps that run: what is carried out by nobody any more, by another
terminal, in the background, or by another operator, who is told so. armonic deploy --resume
goes on with it.`,
		Example: "  armonic deployments stop shop",
		RunE: func(c *cobra.Command, args []string) error {
			return d.on(c.Context(), args[0], func(ctx context.Context, _ deploy.Fleet, r *rollout.Rollout, c *carrier) (bool, error) {
				c.show.Start(r.ID())
				r.Start(context.WithoutCancel(ctx))
				err := c.interrupt(ctx, r)
				if output.ExitCode(err) == output.ExitInterrupted {
					err = nil
				}
				return true, err
			})
		},
	}
	d.register(c)
	return c
}
