package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/deploy"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	core "github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// Options say how the program is used.
type Options struct {
	ReadOnly bool         // nothing is offered that changes a server
	Pattern  spec.Pattern // what to deploy first; "" begins with the menu
}

// session is one use of the program.
type session struct {
	*settings.Global
	output.Streams
	Options
	prompt *output.Prompter
	fleet  core.Fleet
}

// Run asks what to do and does it, until the person leaves or the input ends.
func Run(ctx context.Context, g *settings.Global, s output.Streams, o Options) error {
	prompt := output.NewPrompter(s.In, s.Out)
	s.In = prompt.Share()
	fleet, closeFleet, err := connect.Open(ctx, g, s, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	shared := *g
	shared.Plain, shared.Opened = true, fleet
	if shared.Deployments() == nil { // of the demo: kept until the program ends
		dir, err := os.MkdirTemp("", "armonic-deployments-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		shared.Kept = rollout.NewStore(dir, g.Keys())
	}
	x := &session{&shared, s, o, prompt, fleet}
	err = x.run(ctx)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (s *session) run(ctx context.Context) error {
	if s.Pattern != "" {
		if err := s.did(ctx, s.deploy(ctx, s.Pattern, nil)); err != nil {
			return err
		}
	}
	for {
		all := s.Fleet().Hosts()
		on := 0
		for _, h := range all {
			if h.Link == spec.LinkOn {
				on++
			}
		}
		s.prompt.Say("\nFleet %s: %s, %d online.\n", s.fleet.Name(), spec.Count(len(all), "host", "hosts"), on)
		menu := []item{
			{"hosts, and what is applied on them", s.hosts},
			{"deploy something", s.catalogue},
			{"deployments: look, go on, take back, repeat", s.deployments},
			{"drift: what is not as it was left", s.drift},
			{"history: what was called, entered and left", s.command("history")},
		}
		if s.ReadOnly {
			menu = append(menu[:1], menu[2:]...)
		}
		menu = append(menu, item{"quit", nil})
		chosen, err := s.choose(ctx, "What do you want to do", menu, "")
		if err != nil || chosen.do == nil {
			return err
		}
		if err := s.did(ctx, chosen.do(ctx)); err != nil {
			return err
		}
	}
}

// Fleet is the one that is looked at.
func (s *session) Fleet() core.Fleet { return s.fleet }

// item is something that can be chosen.
type item struct {
	text string
	do   func(context.Context) error
}

// choose asks for one of several. Without one, of which empty says what it does, do is nil.
func (s *session) choose(ctx context.Context, question string, items []item, empty string) (item, error) {
	texts := make([]string, len(items))
	for i := range items {
		texts[i] = items[i].text
	}
	i, err := s.prompt.Choose(ctx, question, texts, empty)
	if err != nil || i < 0 {
		return item{}, err
	}
	return items[i], nil
}

// did shows how something ended. The error is that nobody can be asked any more.
func (s *session) did(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return err
	}
	output.PrintError(s.Err, err)
	return nil
}

// do runs a command with arguments.
func (s *session) do(ctx context.Context, c *cobra.Command, args ...string) error {
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs(append([]string{}, args...))
	c.SetIn(s.In)
	c.SetOut(s.Out)
	c.SetErr(s.Err)
	return c.ExecuteContext(ctx)
}

// command gives what runs a command that looks things up.
func (s *session) command(name string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, c := range s.lookups() {
			if c.Name() == name {
				return s.do(ctx, c, args...)
			}
		}
		return fmt.Errorf("there is no command %s", name)
	}
}

// deploy deploys what a pattern means.
func (s *session) deploy(ctx context.Context, p spec.Pattern, on []spec.Host) error {
	if s.ReadOnly {
		return spec.Errorf(spec.Denied, "nothing is changed here: --read-only")
	}
	args := []string{string(p)}
	for _, h := range on {
		args = append(args, "--on", string(h))
	}
	s.prompt.Say("%s\n", deploy.PlainHelp)
	return s.do(ctx, deploy.Command(s.Global, s.Streams), args...)
}
