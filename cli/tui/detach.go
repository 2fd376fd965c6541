package tui

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/rollout"
)

// detach leaves running deployments to processes of their own, so that the terminal is free
// at once: each goes on with one, as armonic deploy --resume does, and ends with it. What
// cannot be left so is given back.
func detach(g *settings.Global, s output.Streams, running []*rollout.Rollout) (left []*rollout.Rollout) {
	if !canDetach(g) {
		return running
	}
	for _, r := range running {
		if r.Snapshot().Over {
			left = append(left, r)
			continue
		}
		r.Close() // so that the log can be held by another process
		file, err := resumeDetached(g, r)
		snap := r.Snapshot()
		if err != nil {
			output.PrintError(s.Err, fmt.Errorf("deployment %s is left: %w", snap.Name, err))
			output.Printf(s.Err, "  hint: armonic deploy --resume %s goes on with it\n", snap.Name)
			continue
		}
		output.Printf(s.Err, "deployment %s goes on in the background: armonic deployments show %s --follow; what it prints is in %s\n", snap.Name, snap.Name, file)
	}
	return left
}

// canDetach reports whether another process can connect as this one did: nobody has to be
// asked for a password, and the agents are not in this process.
func canDetach(g *settings.Global) bool {
	if g.Local || g.Demo {
		return false
	}
	c, _, err := g.Client()
	if err != nil {
		return false
	}
	password, _, err := c.Secret()
	return err == nil && password != ""
}

// resumeDetached starts the process, and says where its output goes.
func resumeDetached(g *settings.Global, r *rollout.Rollout) (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	args := []string{"deploy", "--resume", string(r.ID()), "--yes"}
	g.Flags.Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "theme" || f.Name == "glyphs":
		case f.Value.Type() == "stringArray":
			for _, x := range g.ModuleDirs {
				args = append(args, "--"+f.Name+"="+x)
			}
		default:
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	name := g.Deployments().Output(r.ID())
	out, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = out.Close() }()
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // closing the terminal does not end it
	if err := c.Start(); err != nil {
		return "", err
	}
	return name, c.Process.Release()
}
