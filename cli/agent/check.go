package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// printCheck says what the settings mean. The server is asked only about the accounts of masters.
func (d *command) printCheck(ctx context.Context, c modules.Config) error {
	if err := d.settings(); err != nil {
		return err
	}
	_, first, err := d.loadModules(c, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if err := inprocess.Broken(first); err != nil {
		return err
	}
	set := first.Set
	for _, w := range set.Warnings {
		_, _ = io.WriteString(d.Err, "warning: "+set.Explain(w)+"\n")
	}
	if d.set.Password == "" {
		output.Printf(d.Err, "warning: there is no password: the agent will ask for it, if it is started from a terminal\n")
	}
	if err := d.checkState(); err != nil {
		return err
	}
	d.checkMasters(ctx)
	server, _ := d.set.Address()
	if server == "" {
		server = "what DNS says of " + d.jid.Domain()
	}
	output.Printf(d.Out, "host      %s\naccount   %s\nserver    %s\n", d.jid.Local(), d.jid, server)
	for _, text := range d.set.Masters {
		name, _, _ := strings.Cut(text, "=")
		jid, _ := session.ParseJID(name)
		output.Printf(d.Out, "master    %s may %s\n", jid, d.masters[jid])
	}
	state := d.set.StateDir
	if d.set.Simulation {
		state = "none: it is a simulation"
	}
	output.Printf(d.Out, "state     %s\nmodules   %s\nnothing is wrong\n", state, spec.Count(len(set.Lifecycles), "lifecycle", "lifecycles"))
	return nil
}

// checkState looks whether the state directory can be used, or made.
func (d *command) checkState() error {
	if d.set.Simulation {
		return nil
	}
	dir := filepath.Clean(d.set.StateDir)
	info, err := os.Stat(dir)
	for errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir) // it will be made
		info, err = os.Stat(dir)
	}
	switch {
	case err == nil && !info.IsDir():
		err = fmt.Errorf("%s is not a folder", dir)
	case err == nil:
		err = writable(dir)
	}
	if err != nil {
		return noState(err)
	}
	return nil
}

func noState(err error) error {
	return spec.Errorf(spec.Invalid, "state_dir: %v", err).WithHint("the agent must be able to write there")
}

// writable tries to write in a folder: also root cannot everywhere.
func writable(dir string) error {
	probe, err := os.MkdirTemp(dir, ".check")
	if err != nil {
		return err
	}
	return os.Remove(probe)
}

func checkCAFile(file string) error {
	if _, err := session.Authorities(file); err != nil {
		return spec.Errorf(spec.Invalid, "ca_file: %v", err).WithHint("it must hold the certificate of an authority, in PEM")
	}
	return nil
}
