package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// applyFlags applies what flags and the answers file say.
func (d *deployment) applyFlags(ctx context.Context) error {
	if d.replayed != nil {
		if err := d.replayed.apply(ctx, d.session); err != nil {
			return err
		}
	}
	if d.answers != "" {
		answers, err := d.readAnswers()
		if err == nil {
			err = d.session.Replay(answers)
		}
		if err != nil {
			return output.Exit(output.ExitAnswers, err)
		}
	}
	if len(d.on) > 0 {
		if err := d.session.DeployOn(d.onHosts()); err != nil {
			return err
		}
	}
	if err := d.decideNodes(); err != nil {
		return err
	}
	for _, h := range d.hosts {
		require, hosts, ok := strings.Cut(h, "=")
		if !ok || require == "" {
			return spec.Errorf(spec.Invalid, "--hosts %q is not REQUIRE=H1,H2", h).WithHint("for example --hosts websites=web1,web2")
		}
		if err := d.session.SetHosts(require, hosts); err != nil {
			return err
		}
	}
	for _, text := range d.rolling {
		require, how, ok := strings.Cut(text, "=")
		if !ok || require == "" {
			return spec.Errorf(spec.Invalid, "--rolling %q is not REQUIRE=HOW", text).WithHint("for example --rolling websites=25%%,canary=1,max-fail=1,pause=30s,check=status")
		}
		if err := d.session.SetRolling(require, how); err != nil {
			return err
		}
	}
	for _, text := range d.set {
		pattern, value, err := deploy.ParseSet(text)
		if err == nil {
			value, err = d.prompt.Given(ctx, string(pattern), value)
		}
		if err == nil {
			err = d.session.Set(pattern, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// decideNodes takes what flags say of nodes, rather than of values.
func (d *deployment) decideNodes() error {
	if d.manage {
		d.session.DecideAll(resolver.AskManage, "yes")
	}
	for _, node := range d.given {
		if err := d.session.Decide(resolver.AskManage, node, "no"); err != nil {
			return err
		}
	}
	for _, text := range d.choose {
		node, provide, err := deploy.ParseSet(text)
		if err != nil {
			return spec.Errorf(spec.Invalid, "--choose %q is not NODE=Lifecycle/State/provide", text).WithHint("for example --choose database=MySQL/Active/start")
		}
		if err := d.session.Decide(resolver.AskChoose, string(node), provide); err != nil {
			return err
		}
	}
	for _, text := range d.ways {
		node, index, err := deploy.ParseSet(text)
		if err != nil {
			node, index = spec.Pattern(resolver.Root), text
		}
		if _, err := strconv.Atoi(index); err != nil {
			return spec.Errorf(spec.Invalid, "--path-index %q is neither NODE=N nor N", text).WithHint("armonic state --path lists the ways, from 0; -1 is the last")
		}
		if err := d.session.Decide(resolver.AskPath, string(node), index); err != nil {
			return err
		}
	}
	if d.noCall {
		return d.session.Decide(resolver.AskCall, string(resolver.Root), "no")
	}
	return nil
}

// onHosts are the names that --on has.
func (d *deployment) onHosts() []spec.Host {
	return deploy.ParseHosts(strings.Join(d.on, ","))
}

// readAnswers reads the file of --answers, or standard input.
func (d *deployment) readAnswers() (*deploy.AnswersFile, error) {
	if d.answers != "-" {
		text, err := spec.ReadText(d.answers)
		switch {
		case spec.KindOf(err) == spec.Invalid:
			return nil, spec.Errorf(spec.Invalid, "cannot read the answers: %v", err)
		case err != nil:
			return nil, spec.Errorf(spec.Invalid, "cannot read the answers: %s: %v", d.answers, spec.SystemError(err))
		}
		return deploy.ReadAnswers(text, d.answers, d.Keys())
	}
	for _, text := range d.set {
		if _, value, err := deploy.ParseSet(text); err == nil && value == "-" {
			return nil, spec.Errorf(spec.Invalid, "--answers - and --set %s both read standard input", text).
				WithHint("give one of them as a file: --answers FILE, or PATTERN=@FILE")
		}
	}
	return deploy.LoadAnswers(d.In, "standard input", d.Keys())
}

// checkSaveFile says early what would keep the answers from being saved in the end.
func (d *deployment) checkSaveFile() error {
	if d.save == "" {
		return nil
	}
	cannot := func(err error) error {
		return fmt.Errorf("cannot save answers to %s: %w", d.save, spec.SystemError(err))
	}
	if real, err := filepath.EvalSymlinks(d.save); err == nil {
		d.save = real // what a link names is replaced, not the link
	}
	switch info, err := os.Stat(d.save); {
	case err == nil && info.IsDir():
		return cannot(syscall.EISDIR)
	case err == nil && !info.Mode().IsRegular():
		return cannot(errors.New("it is no regular file"))
	}
	f, err := os.CreateTemp(filepath.Dir(d.save), ".armonic-*")
	if err != nil {
		return cannot(err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// saveAnswers saves the answers, whole or not at all.
func (d *deployment) saveAnswers() error {
	if d.save == "" {
		return nil
	}
	var text strings.Builder
	if err := d.session.SaveAnswers(&text, d.Keys()); err != nil {
		return err
	}
	if err := renameio.WriteFile(d.save, []byte(text.String()), fs.FileMode(0o600)); err != nil {
		return fmt.Errorf("cannot save the answers: %w", err)
	}
	return nil
}
