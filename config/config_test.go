package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLaterSourcesWin(t *testing.T) {
	system := write(t, "cli.yaml", "jid: a@example.com\nserver: one.example.com\nstarttls: yes\nport: 5222\n")
	own := write(t, "cli.yaml", "# mine\njid: b@example.com\npassword: \"0123\"\napprove: [web1@example.com, '*@other.example.com']\ntheme:\n")
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.String("jid", "", "")
	flags.String("theme", "", "")
	if err := flags.Parse([]string{"--jid", "d@example.com"}); err != nil {
		t.Fatal(err)
	}
	c, all, err := config.LoadClient(config.Sources{
		Files: []string{system, filepath.Join(t.TempDir(), "missing.yaml"), own},
		Env:   []string{"ARMONIC_JID=c@example.com", "ARMONIC_STARTTLS=false", "ARMONIC_SEED=1", "ARMONIC_CA_FILE="},
		Flags: flags,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Client{Connection: config.Connection{JID: "d@example.com", Password: "0123", Server: "one.example.com", Port: 5222},
		Approve: []string{"web1@example.com", "*@other.example.com"}}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("settings (-want +got)\n%s", d)
	}
	from := map[string]string{}
	for _, e := range all {
		from[e.Name] = e.From
		if text := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(text, "0123") {
			t.Errorf("the password is shown: %s", text)
		}
	}
	wantFrom := map[string]string{"jid": "flag --jid", "password": own, "password_file": "default", "server": system, "port": system,
		"starttls": "environment ARMONIC_STARTTLS", "ca_file": "default", "register": "default", "muc_domain": "default",
		"approve": own, "approvals": "default", "groups": "default", "theme": "default", "glyphs": "default", "keys": "default"}
	if d := cmp.Diff(wantFrom, from); d != "" {
		t.Errorf("sources (-want +got)\n%s", d)
	}
}

// TestOneWayReplacesAnother has sources that say the same in two ways: the later one
// holds.
func TestOneWayReplacesAnother(t *testing.T) {
	pw := write(t, "pw", "from a file\n")
	for _, tt := range []struct {
		file    string
		env     []string
		flags   []string
		want    string
		address string
	}{
		{file: "password: plain", flags: []string{"--password-file", pw}, want: "from a file"},
		{file: "password: plain", env: []string{"ARMONIC_PASSWORD_FILE=" + pw}, want: "from a file"},
		{file: "password_file: missing", env: []string{"ARMONIC_PASSWORD=plain"}, want: "plain"},
		{env: []string{"ARMONIC_PASSWORD_FILE=" + pw}, flags: []string{"--password", "plain"}, want: "plain"},
		{file: "password: plain\npassword_file: missing", want: "plain"},
		{file: "password: plain", env: []string{"ARMONIC_PASSWORD_FILE="}, want: "plain"},
		{file: "password: plain\nserver: s\nport: 1", flags: []string{"--server", "t:2"}, want: "plain", address: "t:2"},
		{file: "password: plain\nserver: s\nport: 1", flags: []string{"--server", "t"}, want: "plain", address: "t:1"},
		{file: "password: plain\nserver: s", flags: []string{"--port", "1"}, want: "plain", address: "s:1"},
	} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		for _, name := range []string{"password", "password-file", "server", "port"} {
			flags.String(name, "", "")
		}
		if err := flags.Parse(tt.flags); err != nil {
			t.Fatal(err)
		}
		c, all, err := config.LoadClient(config.Sources{Files: []string{write(t, "cli.yaml", tt.file)}, Env: tt.env, Flags: flags})
		if err != nil {
			t.Fatal(err)
		}
		password, _, err := c.Secret()
		address, wrong := c.Address()
		if password.Reveal() != tt.want || address != tt.address || err != nil || wrong != nil {
			t.Errorf("%q %q %q: password %q, server %q, errors %v, %v", tt.file, tt.env, tt.flags, password.Reveal(), address, err, wrong)
		}
		for _, e := range all {
			if set := fmt.Sprint(e.Value) != "" && fmt.Sprint(e.Value) != "0"; e.Name == "password" && set != (e.From != "default") {
				t.Errorf("%q %q %q: %s is %v from %s", tt.file, tt.env, tt.flags, e.Name, e.Value, e.From)
			}
		}
	}
}

func TestAgentSettings(t *testing.T) {
	file := write(t, "agent.yaml", "jid: web1@example.com\nmasters: master@example.com, watch@example.com=observe\nstep_limit: 20m\nregister: false\n")
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.StringArray("module-dir", nil, "")
	flags.Bool("no-default-modules", false, "")
	if err := flags.Parse([]string{"--module-dir", "a,b", "--module-dir", "c", "--no-default-modules"}); err != nil {
		t.Fatal(err)
	}
	a, _, err := config.LoadAgent(config.Sources{Required: file, Flags: flags, Env: []string{"ARMONIC_PUBLIC_IP=192.0.2.7"}})
	if err != nil {
		t.Fatal(err)
	}
	want := config.DefaultAgent()
	want.JID, want.Register, want.Masters = "web1@example.com", false, []string{"master@example.com", "watch@example.com=observe"}
	want.StepLimit, want.ModuleDirs, want.DefaultModules, want.PublicIP = 20*time.Minute, []string{"a,b", "c"}, false, "192.0.2.7"
	if d := cmp.Diff(want, a); d != "" {
		t.Errorf("settings (-want +got)\n%s", d)
	}
}

func TestKeysOfTheUI(t *testing.T) {
	want := map[string]string{"quit": "Q ctrl+q", "next open question": "n"}
	for _, s := range []config.Sources{
		{Files: []string{write(t, "cli.yaml", "keys:\n  quit: Q ctrl+q\n  next open question: n\n")}},
		{Env: []string{"ARMONIC_KEYS=quit=Q ctrl+q; next open question=n"}},
	} {
		c, _, err := config.LoadClient(s)
		if d := cmp.Diff(want, c.Keys); d != "" || err != nil {
			t.Errorf("%v %s", err, d)
		}
	}
}

func TestGroupsOfHosts(t *testing.T) {
	want := map[string][]string{"web": {"web1", "web*"}, "007": {"010"}}
	for _, s := range []config.Sources{
		{Files: []string{write(t, "cli.yaml", "groups:\n  web: [web1, 'web*']\n  007: 010\n")}},
		{Env: []string{"ARMONIC_GROUPS=web=web1, web*; 007=010;"}},
	} {
		c, _, err := config.LoadClient(s)
		if d := cmp.Diff(want, c.Groups); d != "" || err != nil {
			t.Errorf("%v %s", err, d)
		}
	}
}

// What YAML takes for numbers, dates or truth values is a text where a text is wanted.
func TestTextsStayAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"0123", "1e3", "0x10", "1.10", "yes", "2020-01-01"} {
		c, _, err := config.LoadClient(config.Sources{Files: []string{write(t, "cli.yaml", "password: "+text+"\napprove: ["+text+"]\n")}})
		if err != nil || c.Password.Reveal() != text || c.Approve[0] != text {
			t.Errorf("%s: %v %q %v", text, err, c.Password.Reveal(), c.Approve)
		}
	}
}

func TestPathsInAFileAreRelativeToIt(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	file := write(t, "agent.yaml", "password_file: pw\nca_file: ~/ca.pem\nmodule_dirs: [mods, /abs]\n")
	a, _, err := config.LoadAgent(config.Sources{Files: []string{file}, Env: []string{"ARMONIC_STATE_DIR=here"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	if a.PasswordFile != dir+"/pw" || a.CAFile != "/home/ann/ca.pem" || a.ModuleDirs[0] != dir+"/mods" || a.ModuleDirs[1] != "/abs" || a.StateDir != "here" {
		t.Errorf("paths: %+v", a)
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, tt := range []struct {
		client                bool
		file, env, want, hint string
	}{
		{file: "jidd: a@b", want: `there is no setting "jidd"`, hint: "there are jid,"},
		{file: "passwordfile: x", want: `there is no setting "passwordfile"`, hint: ""},
		{file: "muc: x", want: `there is no setting "muc"`, hint: "did you mean muc_domain?"},
		{file: "port: 70000", want: `port: "70000" is not a number from 0 to 65535`},
		{file: "port: -1", want: `port: "-1" is not`},
		{file: "starttls: maybe", want: `starttls: "maybe" is not true or false`},
		{file: "step_limit: soon", want: `step_limit: "soon" is not a duration, such as 30m`},
		{file: "step_limit: -1s", want: `is not a duration`},
		{file: "password: [0123]", want: "password: it must be a text: put it into quotes"},
		{file: "a text", want: "line 1: this is a text, and no settings", hint: "KEY: VALUE"},
		{file: "password: @secret", want: `line 1: a text cannot begin with "@"`, hint: "put it in quotes"},
		{file: "jid: [a]", want: "jid: it must be a text"},
		{file: "masters: {a: b}", want: "masters: it must be a list"},
		{file: "masters: [[a]]", want: "masters: it must be a text"},
		{file: "- a", want: "cannot read the settings in"},
		{client: true, file: "groups: [web1]", want: "groups: it must be a table of lists"},
		{client: true, file: "groups: {web: {a: b}}", want: "groups: web: it must be a list"},
		{client: true, file: "groups: {web: }", want: "groups: web: it must be a list"},
		{client: true, file: "groups: {web: []}", want: "groups: the group web has no hosts"},
		{client: true, file: "groups: {'@web': [web1]}", want: `groups: "@web" cannot be the name of a group`},
		{client: true, file: "keys: [q]", want: "keys: it must be a table of texts"},
		{client: true, file: "keys: {quit: [q]}", want: "keys: quit: it must be a text"},
		{client: true, env: "ARMONIC_KEYS=Q", want: `keys: "Q" is not NAME=KEYS`},
		{client: true, env: "ARMONIC_GROUPS=web1", want: `groups: "web1" is not NAME=HOST,HOST`},
		{file: "jid: a: b: secret", want: "cannot read the settings in"},
		{file: "jid: 'a", want: "cannot read the settings in"},
		{env: "ARMONIC_REGISTER=perhaps", want: `environment: register: "perhaps" is not true or false`},
	} {
		s := config.Sources{Env: []string{tt.env}}
		if tt.file != "" {
			s.Files = []string{write(t, "agent.yaml", tt.file)}
		}
		_, _, err := config.LoadAgent(s)
		if tt.client {
			_, _, err = config.LoadClient(s)
		}
		if spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), tt.want) || !strings.Contains(spec.HintOf(err), tt.hint) {
			t.Errorf("%s%s: error %v (%s), want %q (%s)", tt.file, tt.env, err, spec.HintOf(err), tt.want, tt.hint)
		}
		if strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("the error shows the file: %v", err)
		}
	}
	if _, _, err := config.LoadAgent(config.Sources{Required: "missing.yaml"}); spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "there is no file missing.yaml") {
		t.Errorf("a file that must exist: error %v", err)
	}
}

func TestWhereTheServerIs(t *testing.T) {
	for _, tt := range []struct {
		c    config.Connection
		want string
	}{
		{config.Connection{JID: "a@b.c"}, ""},
		{config.Connection{JID: "a@b.c", Server: "s"}, "s"},
		{config.Connection{JID: "a@b.c", Server: "s:1"}, "s:1"},
		{config.Connection{JID: "a@b.c", Server: "s", Port: 1}, "s:1"},
		{config.Connection{JID: "a@b.c", Server: "s:1", Port: 1}, "s:1"},
		{config.Connection{JID: "a@b.c", Port: 1}, "b.c:1"},
		{config.Connection{JID: "a@b.c", Server: "::1", Port: 1}, "[::1]:1"},
		{config.Connection{JID: "a@b.c", Server: "::1"}, "::1"},
		{config.Connection{JID: "a@b.c", Server: "[::1]:7"}, "[::1]:7"},
		{config.Connection{JID: "a@b.c", Server: "wss://s:1/xmpp-websocket"}, "wss://s:1/xmpp-websocket"},
		{config.Connection{JID: "a@b.c", Server: "wss://[::1]/ws?a=b"}, "wss://[::1]/ws?a=b"},
	} {
		if got, err := tt.c.Address(); got != tt.want || err != nil {
			t.Errorf("%+v is %q, %v, want %q", tt.c, got, err, tt.want)
		}
	}
	for _, c := range []config.Connection{{Server: "s:1", Port: 2}, {Server: ":"}, {Server: ":5223"}, {Server: "a:b:c"}, {Server: "a:b"},
		{Server: "a:70000"}, {Server: "a:0"}, {Server: "xmpp://a"}, {Server: "a b"}, {Server: "me@a"},
		{Server: "ws://a/b"}, {Server: "wss:///b"}, {Server: "https://a/b"}, {Server: "wss://me:secret@a/b"}, {Server: "wss://a/b", Port: 1}, {Server: "wss://a/b", StartTLS: true}} {
		if got, err := c.Address(); err == nil || spec.HintOf(err) == "" {
			t.Errorf("%+v is %q, error %v", c, got, err)
		}
	}
}

func TestPasswordFiles(t *testing.T) {
	file := write(t, "password", "correct horse \r\nsecond line\n")
	c := config.Connection{JID: "a@b.c", PasswordFile: file}
	if p, warning, err := c.Secret(); p.Reveal() != "correct horse " || warning != "" || err != nil {
		t.Errorf("the password is %q, warning %q, error %v", p.Reveal(), warning, err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, warning, _ := c.Secret(); !strings.Contains(warning, "chmod 600") {
		t.Errorf("a file that all can read: warning %q", warning)
	}
	for _, name := range []string{write(t, "empty", "\nx"), "missing", t.TempDir()} {
		if p, _, err := (config.Connection{JID: "a@b.c", PasswordFile: name}).Secret(); err == nil {
			t.Errorf("%s: the password is %q", name, p.Reveal())
		}
	}
	if p, _, err := (config.Connection{Password: "x", PasswordFile: "missing"}).Secret(); p != "x" || err != nil {
		t.Errorf("a password that is set: %q, %v", p.Reveal(), err)
	}
}
