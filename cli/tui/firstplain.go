package tui

import (
	"context"
	"errors"
	"io"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/start"
)

// firstPlainStart asks how to start, line by line. It reports that the person left.
func firstPlainStart(ctx context.Context, g *settings.Global, p *output.Prompter, conf *tui.Config) (left bool, err error) {
	p.Say("Armonic has no settings yet.\n")
	choices := []start.Choice{start.Demo, start.Server, start.Look, start.Leave}
	for {
		i, err := p.Choose(ctx, "How do you want to start", []string{"try it here, on five simulated hosts", "with my server", "only look, at simulated hosts", "quit"}, "")
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return true, err
		case choices[i] != start.Server:
			return began(g, conf, choices[i]), nil
		}
		ok, err := askServer(ctx, p)
		switch {
		case err != nil && ctx.Err() != nil:
			return true, err
		case errors.Is(err, io.EOF):
			return true, nil
		case ok:
			return began(g, conf, start.Server), nil
		}
	}
}

// askServer asks for a server and an account, tries them and writes the settings. It reports
// whether they are written.
func askServer(ctx context.Context, p *output.Prompter) (ok bool, err error) {
	first, ok := startConfig()
	if !ok {
		return false, spec.Errorf(spec.Invalid, "there is no home directory in which settings could be kept")
	}
	var a start.Answers
	for _, x := range []struct {
		question string
		hidden   bool
		to       *string
	}{
		{"Your account, NAME@DOMAIN", false, &a.JID},
		{"Server, HOST[:PORT], or Enter for what DNS says of the domain", false, &a.Server},
		{"File of the authority that vouches for it, or Enter for those of this system", false, &a.CAFile},
		{"File with the password, or Enter to type the password", false, &a.PasswordFile},
		{"Password", true, &a.Password},
	} {
		if x.hidden && a.PasswordFile != "" {
			continue
		}
		p.Say("%s: ", x.question)
		if x.hidden {
			*x.to, err = p.Secret(ctx)
		} else {
			*x.to, err = p.Read(ctx)
		}
		if err != nil {
			return false, err
		}
		if x.to == &a.JID && a.JID == "" {
			return false, nil
		}
	}
	p.Say("The connection is tried ...\n")
	if err := first.Test(ctx, a); err != nil {
		p.Say("It cannot be made: %s\n", err)
		if hint := spec.HintOf(err); hint != "" {
			p.Say("  hint: %s\n", hint)
		}
		return false, ctx.Err()
	}
	if err := first.Save(a); err != nil {
		return false, err
	}
	p.Say("It works. The settings are in %s.\n", first.File)
	return true, nil
}
