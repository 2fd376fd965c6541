package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// applyFlags applies what flags and the answers file say.
func (d *deployment) applyFlags(ctx context.Context) error {
	if d.answers != "" {
		f, err := os.Open(d.answers)
		if err != nil {
			return output.Exit(output.ExitAnswers, fmt.Errorf("cannot read the answers: %w", err))
		}
		defer func() { _ = f.Close() }() // only read
		answers, err := deploy.LoadAnswers(f, d.answers, d.Keys())
		if err == nil {
			err = d.session.Replay(answers)
		}
		if err != nil {
			return output.Exit(output.ExitAnswers, err)
		}
	}
	if d.on != "" {
		d.session.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host(d.on))
	}
	for _, h := range d.hosts {
		require, hosts, ok := strings.Cut(h, "=")
		if !ok || require == "" {
			return spec.Errorf(spec.Invalid, "--hosts %q is not REQUIRE=H1,H2", h).WithHint("for example --hosts websites=web1,web2")
		}
		d.session.SetHosts(require, hosts)
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

// checkSaveFile says early what would keep the answers from being saved in the end.
func (d *deployment) checkSaveFile() error {
	if d.save == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(d.save), ".armonic-*")
	if err != nil {
		return fmt.Errorf("cannot save answers to %s: %w", d.save, err)
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
