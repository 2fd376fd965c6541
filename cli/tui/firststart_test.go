package tui

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/tui/start"
)

// What is written is what was said, and what is there stays.
func TestSettingsOfTheFirstStart(t *testing.T) {
	for name, a := range map[string]start.Answers{
		"password": {JID: "anna@example.com", Password: "a: 'b' #c", Server: "xmpp.example.com:5223"},
		"file":     {JID: "anna@example.com", PasswordFile: "/run/secret", CAFile: "/etc/ca.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "armonic", "cli.yaml")
			if err := saveSettings(file, a); err != nil {
				t.Fatal(err)
			}
			c, _, err := config.LoadClient(config.Sources{Required: file})
			if err != nil {
				t.Fatal(err)
			}
			if c.JID != a.JID || c.Server != a.Server || c.CAFile != a.CAFile {
				t.Errorf("read back: %+v", c)
			}
			if a.Password == "" {
				if c.PasswordFile != a.PasswordFile {
					t.Errorf("password_file: %s", c.PasswordFile)
				}
			} else {
				secret, warning, err := c.Secret()
				if err != nil || secret.Reveal() != a.Password || warning != "" {
					t.Errorf("password %q, warning %q: %v", secret.Reveal(), warning, err)
				}
				if info, err := os.Stat(passwordFile(file)); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the file of the password: %v %v", info.Mode(), err)
				}
			}
			if err := saveSettings(file, start.Answers{JID: "other@example.com", PasswordFile: "x"}); err == nil {
				t.Error("settings that were there are overwritten")
			}
		})
	}
}
