package plain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/lookup"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/run"
	core "github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

func (s *session) lookups() []*cobra.Command { return lookup.Commands(s.Global, s.Streams) }

// hosts lists the hosts, and shows the one that is chosen.
func (s *session) hosts(ctx context.Context) error {
	if err := s.command("list")(ctx); err != nil {
		return err
	}
	views := core.Survey(ctx, s.fleet)
	items := make([]item, len(views))
	for i := range views {
		v := &views[i]
		items[i] = item{string(v.Host) + ": " + applied(v), func(ctx context.Context) error { return s.host(ctx, v.Host) }}
	}
	chosen, err := s.choose(ctx, "Which host", items, "go back")
	if err != nil || chosen.do == nil {
		return err
	}
	return chosen.do(ctx)
}

// applied says in a line what is applied on a host.
func applied(v *core.HostView) string {
	if v.Err != nil {
		return "not read: " + v.Err.Error()
	}
	var out []string
	for _, x := range v.Stacks {
		if len(x.Applied) > 1 {
			out = append(out, x.Path.Lifecycle()+" "+x.Top())
		}
	}
	if out == nil {
		return "nothing applied"
	}
	return strings.Join(out, ", ")
}

// host shows the stacks of a host, and asks what to do there.
func (s *session) host(ctx context.Context, h spec.Host) error {
	for {
		v := core.SurveyHost(ctx, s.fleet, h)
		s.prompt.Say("\n%s: %s, %s.\n", h, v.Info.OS.String(), applied(&v))
		for _, x := range v.Stacks {
			if len(x.Applied) < 2 {
				continue
			}
			s.prompt.Say("%s, the newest state first:\n", x.Path.Lifecycle())
			for _, a := range slices.Backward(x.Applied) {
				s.prompt.Say("  %s\n", a.State+output.Inputs(a.Inputs))
			}
		}
		items := []item{
			{"its history", s.command("history", "-J", string(h))},
			{"drift: what is not as it was left", func(ctx context.Context) error { return s.driftOn(ctx, "-J", string(h)) }},
		}
		if !s.ReadOnly {
			items = append(items, item{"deploy something here", func(ctx context.Context) error { return s.catalogueFor(ctx, []spec.Host{h}) }},
				item{"move a service to another state", func(ctx context.Context) error { return s.move(ctx, &v) }})
		}
		chosen, err := s.choose(ctx, fmt.Sprintf("What about %s", h), items, "go back")
		if err != nil || chosen.do == nil {
			return err
		}
		if err := s.did(ctx, chosen.do(ctx)); err != nil {
			return err
		}
	}
}

// move brings a service of a host to another state, after a look at what that does.
func (s *session) move(ctx context.Context, v *core.HostView) error {
	var items []item
	for _, x := range v.Stacks {
		items = append(items, item{x.Path.Lifecycle() + ", now " + x.Top(), func(ctx context.Context) error { return s.moveTo(ctx, v.Host, &x) }})
	}
	chosen, err := s.choose(ctx, "Which service", items, "go back")
	if err != nil || chosen.do == nil {
		return err
	}
	return chosen.do(ctx)
}

func (s *session) moveTo(ctx context.Context, h spec.Host, x *spec.Stack) error {
	items := make([]item, len(x.States))
	for i, state := range x.States {
		items[i] = item{state, func(ctx context.Context) error {
			path := string(x.Path) + "/" + state
			if err := s.do(ctx, run.Goto(s.Global, s.Streams), path, "--dry-run"); err != nil {
				return err
			}
			yes, err := s.prompt.Confirm(ctx, fmt.Sprintf("Do this on %s?", h), false)
			if err != nil || !yes {
				return err
			}
			return s.do(ctx, run.Goto(s.Global, s.Streams), path, "--yes")
		}}
	}
	chosen, err := s.choose(ctx, "To which state", items, "go back")
	if err != nil || chosen.do == nil {
		return err
	}
	return chosen.do(ctx)
}

// catalogue has the person choose what to deploy.
func (s *session) catalogue(ctx context.Context) error { return s.catalogueFor(ctx, nil) }

func (s *session) catalogueFor(ctx context.Context, on []spec.Host) error {
	c := core.ReadCatalogue(ctx, s.fleet)
	var items []item
	for _, o := range c.Offers {
		if len(on) > 0 && !slices.Contains(o.Hosts, on[0]) || slices.Contains(o.Provide.Tags, "internal") {
			continue
		}
		text := string(o.Pattern)
		if o.Provide.Label != "" {
			text += ", " + o.Provide.Label
		}
		items = append(items, item{text, func(ctx context.Context) error { return s.deploy(ctx, o.Pattern, on) }})
	}
	chosen, err := s.choose(ctx, "What is to be deployed, a number or some letters of it", items, "go back")
	if err != nil || chosen.do == nil {
		return err
	}
	return chosen.do(ctx)
}

// drift shows what is not as it was left on any host.
func (s *session) drift(ctx context.Context) error { return s.driftOn(ctx) }

// driftOn shows drift, and asks whether to repair it.
func (s *session) driftOn(ctx context.Context, args ...string) error {
	err := s.do(ctx, run.Drift(s.Global, s.Streams), args...)
	if output.ExitCode(err) != output.ExitFailed || !errorIsPrinted(err) || s.ReadOnly {
		return err
	}
	yes, err := s.prompt.Confirm(ctx, "Repair it, by entering these states again?", false)
	if err != nil || !yes {
		return err
	}
	return s.do(ctx, run.Drift(s.Global, s.Streams), append(args, "--repair")...)
}
