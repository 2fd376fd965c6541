package plain

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"

	"github.com/armonic/armonic/cli/deploy"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

func errorIsPrinted(err error) bool { return errors.Is(err, output.ErrPrinted) }

// deployments lists them, and asks what to do about the one that is chosen.
func (s *session) deployments(ctx context.Context) error {
	all, errs := rollout.List(ctx, s.fleet, s.Deployments())
	for _, err := range errs {
		output.PrintError(s.Err, err)
	}
	if len(all) == 0 {
		s.prompt.Say("There are no deployments.\n")
		return nil
	}
	items := make([]item, len(all))
	for i, x := range all {
		text := x.Name + ", " + x.State
		if x.Steps > 0 {
			text += ", " + spec.CountOf(x.StepsDone, x.Steps, "step", "steps")
		}
		items[i] = item{text + ", by " + x.By + ", " + output.Since(x.Made), func(ctx context.Context) error { return s.deployment(ctx, x.ID) }}
	}
	chosen, err := s.choose(ctx, "Which deployment", items, "go back")
	if err != nil || chosen.do == nil {
		return err
	}
	return chosen.do(ctx)
}

func (s *session) deployment(ctx context.Context, id spec.DeploymentID) error {
	about := func(args ...string) func(context.Context) error {
		return func(ctx context.Context) error { return s.do(ctx, deploy.Deployments(s.Global, s.Streams), args...) }
	}
	for {
		if err := about("show", string(id))(ctx); err != nil {
			return err
		}
		watch, err := rollout.Deployments{Fleet: s.fleet, Options: rollout.Options{Logs: s.Deployments()}}.Attach(ctx, string(id))
		if err != nil {
			return err
		}
		snap := watch.Snapshot()
		items := []item{{"what was said in it", about("show", string(id), "--log")}}
		if snap.Awaits != nil && !s.ReadOnly {
			items = append(items, item{"approve it, after a look at what it does", about("approve", string(id))},
				item{"refuse it", func(ctx context.Context) error { return s.refuse(ctx, id) }})
		}
		if !snap.Over {
			items = append(items, item{"follow what happens, until it is over", about("show", string(id), "--follow")})
		}
		if !s.ReadOnly {
			if !snap.OK && snap.ReplacedBy == "" {
				items = append(items, item{"go on with it here", func(ctx context.Context) error {
					return s.do(ctx, deploy.Command(s.Global, s.Streams), "--resume", string(id))
				}}, item{"change answers, then go on with it here", func(ctx context.Context) error {
					return s.do(ctx, deploy.Command(s.Global, s.Streams), "--resume", string(id), "--plan-again")
				}})
			}
			if snap.StepsDone > 0 && !snap.RolledBack && snap.ReplacedBy == "" {
				items = append(items, item{"take it back", about("rollback", string(id))})
			}
			items = append(items, item{"deploy the same again, with the same answers", func(ctx context.Context) error { return s.again(ctx, id) }},
				item{"plan it on other hosts, with the same answers", func(ctx context.Context) error { return s.elsewhere(ctx, id, snap) }},
				item{"save its answers to a file", func(ctx context.Context) error { return s.save(ctx, id) }})
		}
		chosen, err := s.choose(ctx, "What about it", items, "go back")
		if err != nil || chosen.do == nil {
			return err
		}
		if err := s.did(ctx, chosen.do(ctx)); err != nil {
			return err
		}
	}
}

// refuse refuses a deployment, for a reason that is asked for.
func (s *session) refuse(ctx context.Context, id spec.DeploymentID) error {
	s.prompt.Say("Why is it refused, or Enter to go back: ")
	why, err := s.prompt.Read(ctx)
	if err != nil || why == "" {
		return err
	}
	return s.do(ctx, deploy.Deployments(s.Global, s.Streams), "refuse", string(id), "--reason", why)
}

// again plans the same as another deployment.
func (s *session) again(ctx context.Context, id spec.DeploymentID, args ...string) error {
	return s.do(ctx, deploy.Command(s.Global, s.Streams), append([]string{"--replay", string(id)}, args...)...)
}

// elsewhere plans the same on other hosts, which are asked for.
func (s *session) elsewhere(ctx context.Context, id spec.DeploymentID, snap *rollout.Snapshot) error {
	var args []string
	var hosts []spec.Host
	for _, t := range snap.Tasks {
		if !slices.Contains(hosts, t.Host) {
			hosts = append(hosts, t.Host)
		}
	}
	for _, h := range hosts {
		s.prompt.Say("Instead of %s, or Enter to leave it: ", h)
		to, err := s.prompt.Read(ctx)
		if err != nil {
			return err
		}
		if to != "" && to != string(h) {
			args = append(args, "--move", string(h)+"="+to)
		}
	}
	return s.again(ctx, id, args...)
}

// save writes the answers to a file that is asked for.
func (s *session) save(ctx context.Context, id spec.DeploymentID) error {
	s.prompt.Say("To which file, or Enter to go back: ")
	file, err := s.prompt.Read(ctx)
	if err != nil || file == "" {
		return err
	}
	if _, err := s.writeAnswers(ctx, id, file); err != nil {
		return err
	}
	s.prompt.Say("Written. armonic deploy --answers %s replays it.\n", file)
	return nil
}

// writeAnswers writes the answers of a deployment to a new file, and gives what was deployed.
func (s *session) writeAnswers(ctx context.Context, id spec.DeploymentID, file string) (spec.Pattern, error) {
	w, err := rollout.Deployments{Fleet: s.fleet, Options: rollout.Options{Logs: s.Deployments()}}.Attach(ctx, string(id))
	if err != nil {
		return "", err
	}
	x := w.Session()
	if err := x.Settle(ctx); err != nil {
		return "", err
	}
	var answers bytes.Buffer
	if err := x.SaveAnswers(&answers, s.Keys()); err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.Write(answers.Bytes())
	return x.Pattern(), errors.Join(err, f.Close())
}
