package tui

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/start"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/yamltext"
)

// noFleet reports whether neither flags nor settings name a fleet.
func noFleet(g *settings.Global, set config.Client) bool {
	return g.Fleet == nil && !g.Demo && !g.Local && set.JID == ""
}

// firstStart asks a person at a terminal how to start. It reports that they left. Where there is
// no terminal nothing is asked: what follows says what is missing.
func firstStart(ctx context.Context, g *settings.Global, s output.Streams, conf *tui.Config) (left bool, err error) {
	conf.In, _ = s.In.(*os.File)
	conf.Out = s.Terminal()
	first, ok := startConfig()
	if !ok {
		return false, nil
	}
	choice, err := tui.Start(ctx, *conf, first)
	switch {
	case spec.KindOf(err) == spec.Invalid:
		return false, nil
	case err != nil:
		return true, err
	}
	return began(g, conf, choice), nil
}

// startConfig says where settings are kept, and how they are tested. Without a home there is nowhere
// to write them.
func startConfig() (c start.Config, ok bool) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return c, false
	}
	file := filepath.Join(dir, "armonic", "cli.yaml")
	return start.Config{
		File: short(file),
		Test: func(ctx context.Context, a start.Answers) error {
			c := config.Client{Connection: config.Connection{JID: a.JID, Password: value.Secret(a.Password), PasswordFile: a.PasswordFile, Server: a.Server, CAFile: a.CAFile}}
			return connect.Try(ctx, c, output.Streams{Out: io.Discard, Err: io.Discard})
		},
		Save: func(a start.Answers) error { return saveSettings(file, a) },
		Text: func(a start.Answers) string { return settingsText(file, a) },
	}, true
}

// began notes how a person starts, and reports whether they left.
func began(g *settings.Global, conf *tui.Config, choice start.Choice) (left bool) {
	switch choice {
	case start.Demo, start.Look:
		g.Demo, conf.Logs, conf.Tour = true, nil, choice == start.Demo
		conf.ReadOnly = conf.ReadOnly || choice == start.Look
	case start.Server: // what was written is read like any settings
	case start.Leave:
		return true
	}
	return false
}

// short writes a path of the person's home as they would.
func short(file string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(file, home+"/"); err == nil && ok {
		return "~/" + rest
	}
	return file
}

// passwordFile is where a password is kept that was typed.
func passwordFile(file string) string { return filepath.Join(filepath.Dir(file), "password") }

// settingsText is the file of settings that answers make.
func settingsText(file string, a start.Answers) string {
	if a.Password != "" {
		a.PasswordFile = passwordFile(file)
	}
	t := yamltext.NewTable()
	for _, x := range [][2]string{{"jid", a.JID}, {"password_file", a.PasswordFile}, {"server", a.Server}, {"ca_file", a.CAFile}} {
		if x[1] != "" {
			t.Put(x[0], yamltext.NewText(x[1]))
		}
	}
	return t.Write()
}

// saveSettings writes the settings, and a typed password to a file of its own. Files that are
// there are not overwritten.
func saveSettings(file string, a start.Answers) error {
	if a.PasswordFile != "" {
		name, err := filepath.Abs(a.PasswordFile)
		if err != nil {
			return err
		}
		a.PasswordFile = name
	}
	if a.CAFile != "" {
		name, err := filepath.Abs(a.CAFile)
		if err != nil {
			return err
		}
		a.CAFile = name
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("cannot write the settings: %w", err)
	}
	if a.Password != "" {
		if err := writeNew(passwordFile(file), a.Password+"\n"); err != nil {
			return err
		}
	}
	return writeNew(file, settingsText(file, a))
}

func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return spec.Errorf(spec.Failed, "cannot write %s: %v", name, err).WithHint("move it away, or give its settings with flags: armonic tui --jid …")
	}
	return nil
}
