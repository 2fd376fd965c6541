package upgrade_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
	"github.com/armonic/armonic/upgrade"
)

// program is one that runs anywhere.
const program = "#!/bin/sh\necho armonic 2\n"

// fixture is an agent, and what it was made to do.
type fixture struct {
	*upgrade.Agent
	key      upgrade.Key
	dir      string
	switched chan struct{}
	digest   string
	packed   []byte
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	key, err := upgrade.MakeKey(filepath.Join(dir, "keys", "upgrade.key"))
	must(t, err)
	keys, err := upgrade.ParseKeys([]string{key.Public()})
	must(t, err)
	f := &fixture{key: key, dir: filepath.Join(dir, "upgrade"), switched: make(chan struct{}, 1), packed: transfer.Pack([]byte(program)).Packed}
	f.digest, _, err = transfer.Digest(strings.NewReader(program))
	must(t, err)
	f.Agent, err = upgrade.NewAgent(t.Context(), upgrade.Config{Dir: f.dir, Keys: keys, Version: "1",
		Finish: func(context.Context) (func(), error) { return func() {}, nil },
		Switch: func(context.Context) error { f.switched <- struct{}{}; return nil },
		Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	return f
}

func (f *fixture) stage(t *testing.T, at int, data []byte) spec.UpgradeState {
	t.Helper()
	s, err := f.StageUpgrade(t.Context(), spec.Piece{Digest: f.digest, At: at, Data: base64.StdEncoding.EncodeToString(data)})
	must(t, err)
	return s
}

// Pieces are kept in order, whatever comes twice or too early, and also by the next process.
func TestPiecesAreKept(t *testing.T) {
	f := newFixture(t)
	half := len(f.packed) / 2
	for _, c := range []struct{ at, from, to, have int }{{5, 5, half, 0}, {0, 0, half, half}, {0, 0, half, half}, {half, half, len(f.packed), len(f.packed)}} {
		if s := f.stage(t, c.at, f.packed[c.from:c.to]); s.Have != c.have {
			t.Errorf("after the piece at %d it has %d bytes, not %d", c.at, s.Have, c.have)
		}
	}
	again, err := upgrade.NewAgent(t.Context(), upgrade.Config{Dir: f.dir})
	must(t, err)
	if s, err := again.StageUpgrade(t.Context(), spec.Piece{Digest: f.digest}); err != nil || s.Have != len(f.packed) {
		t.Errorf("the next process has %d of %d bytes (%v)", s.Have, len(f.packed), err)
	}
	for _, name := range []string{"", "../../etc/passwd", strings.Repeat("A", 64)} {
		if _, err := f.StageUpgrade(t.Context(), spec.Piece{Digest: name, Data: "QUFB"}); spec.KindOf(err) != spec.Invalid {
			t.Errorf("the digest %q: %v", name, err)
		}
	}
}

// Only what was handed over as a whole and is signed, lately, with a key that counts is run.
func TestOnlyWhatIsSignedIsRun(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		order func(f *fixture, o spec.UpgradeOrder) spec.UpgradeOrder
		sent  func(packed []byte) []byte
		kind  spec.Kind
		says  string
	}{
		"stranger": {order: func(f *fixture, o spec.UpgradeOrder) spec.UpgradeOrder {
			k, _ := upgrade.MakeKey(filepath.Join(f.dir, "..", "stranger"))
			return k.Order(o.Digest, o.Size, now)
		}, kind: spec.Denied, says: "not signed with a key"},
		"no signature": {order: func(_ *fixture, o spec.UpgradeOrder) spec.UpgradeOrder { o.Signature = ""; return o }, kind: spec.Denied, says: "not signed"},
		"other size":   {order: func(_ *fixture, o spec.UpgradeOrder) spec.UpgradeOrder { o.Size++; return o }, kind: spec.Denied, says: "not signed"},
		"longer valid": {order: func(_ *fixture, o spec.UpgradeOrder) spec.UpgradeOrder { o.Until = o.Until.Add(time.Hour); return o }, kind: spec.Denied, says: "not signed"},
		"an old order": {order: func(f *fixture, o spec.UpgradeOrder) spec.UpgradeOrder {
			return f.key.Order(o.Digest, o.Size, now.Add(-25*time.Hour))
		}, kind: spec.Denied, says: "held until"},
		"another program": {sent: func([]byte) []byte { return transfer.Pack([]byte(strings.Replace(program, "2", "3", 1))).Packed }, kind: spec.Invalid, says: "its digest is another one"},
		"a larger one":    {sent: func([]byte) []byte { return transfer.Pack(bytes.Repeat([]byte("x"), 1<<20)).Packed }, kind: spec.Invalid, says: "its digest is another one"},
		"cut short":       {sent: func(p []byte) []byte { return p[:len(p)-9] }, kind: spec.Invalid, says: "not packed as a whole"},
		"no archive":      {sent: func([]byte) []byte { return []byte(program) }, kind: spec.Invalid, says: "not packed"},
		"nothing":         {sent: func([]byte) []byte { return nil }, kind: spec.Conflict, says: "nothing of the program has arrived"},
		"all well":        {},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			order, sent := f.key.Order(f.digest, len(program), now), f.packed
			if c.order != nil {
				order = c.order(f, order)
			}
			if c.sent != nil {
				sent = c.sent(f.packed)
			}
			f.stage(t, 0, sent)
			s, err := f.Upgrade(t.Context(), order)
			if c.says == "" {
				if err != nil || !s.Waiting {
					t.Errorf("%+v, %v", s, err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go f.Wait(ctx)
				<-f.switched
				return
			}
			if spec.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, not %v: %s", err, c.kind, c.says)
			}
			if _, err := os.Stat(filepath.Join(f.dir, "new")); err == nil {
				t.Error("the program is there all the same")
			}
		})
	}
}

// An agent whose settings name no key takes nothing.
func TestWithoutAKeyNothingIsTaken(t *testing.T) {
	f := newFixture(t)
	a, err := upgrade.NewAgent(t.Context(), upgrade.Config{Dir: f.dir, Logger: slog.New(slog.DiscardHandler), Switch: func(context.Context) error { return nil }})
	must(t, err)
	if _, err := a.StageUpgrade(t.Context(), spec.Piece{Digest: f.digest, Data: "QUFB"}); spec.KindOf(err) != spec.Denied {
		t.Errorf("a piece: %v", err)
	}
	if _, err := a.Upgrade(t.Context(), f.key.Order(f.digest, len(program), time.Now())); spec.KindOf(err) != spec.Denied {
		t.Errorf("an order: %v", err)
	}
}

// After a power cut in the middle of an upgrade the agent goes on by itself: what was not in place
// yet has failed; what was is confirmed by being connected, with another switch that else puts the
// old program back. As long as a switch is at work it does what it always does.
func TestAPowerCutInAnUpgrade(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	text, err := os.ReadFile(self)
	must(t, err)
	running, _, err := transfer.Digest(bytes.NewReader(text))
	must(t, err)
	other := strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		planned, confirmed string
		switching          bool
		pending, switched  bool // before it is connected
		after              bool // pending when it is connected
		failed             string
		left               string
	}{
		"before the swap":              {planned: other, failed: "before the new program was in place", left: "failed.json"},
		"before the swap, at work":     {planned: other, switching: true, left: "switch.json"},
		"after the swap":               {planned: running, pending: true, switched: true, left: "confirmed switch.json"},
		"after the swap, at work":      {planned: running, switching: true, pending: true, after: true, left: "switch.json"},
		"after the confirmation":       {planned: running, confirmed: running},
		"just confirmed, at work":      {planned: running, confirmed: running, switching: true, left: "confirmed switch.json"},
		"an earlier one was confirmed": {planned: running, confirmed: other, pending: true, switched: true, left: "confirmed switch.json"},
		"nothing":                      {},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.planned != "" {
				must(t, os.WriteFile(filepath.Join(dir, "switch.json"), []byte(`{"digest":"`+c.planned+`","program":"x"}`), 0o600))
			}
			if c.confirmed != "" {
				must(t, os.WriteFile(filepath.Join(dir, "confirmed"), []byte(c.confirmed), 0o600))
			}
			switched, resumed := false, false
			a, err := upgrade.NewAgent(t.Context(), upgrade.Config{Dir: dir, Logger: slog.New(slog.DiscardHandler),
				Finish:    func(context.Context) (func(), error) { return func() { resumed = true }, nil },
				Switch:    func(context.Context) error { switched = true; return nil },
				Switching: func() bool { return c.switching }})
			must(t, err)
			if a.Unconfirmed() != c.pending || switched != c.switched {
				t.Errorf("unconfirmed %v, a switch was started %v", a.Unconfirmed(), switched)
			}
			a.Connected(t.Context())
			if a.Unconfirmed() != c.after || resumed != (c.pending && !c.after) {
				t.Errorf("when it is connected: unconfirmed %v, runs are taken %v", a.Unconfirmed(), resumed)
			}
			s, err := a.StageUpgrade(t.Context(), spec.Piece{Digest: cmp.Or(c.planned, other)})
			if must(t, err); !strings.Contains(s.Failed, c.failed) || c.failed == "" && s.Failed != "" {
				t.Errorf("it failed with %q", s.Failed)
			}
			var left []string
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				left = append(left, e.Name())
			}
			if strings.Join(left, " ") != c.left {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// Where a key is trusted modules have to be signed with it, as they are; where none is they need
// not be.
func TestModulesAreSigned(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	keys, err := upgrade.ParseKeys([]string{f.key.Public()})
	must(t, err)
	good := f.key.Modules("web", f.digest, 5, now)
	stranger, err := upgrade.MakeKey(filepath.Join(t.TempDir(), "stranger"))
	must(t, err)
	upgrading := good
	upgrading.Signature = f.key.Order(f.digest, 5, now).Signature
	for name, c := range map[string]struct {
		change func(o *spec.BundleOrder)
		says   string
	}{
		"as it is":       {func(*spec.BundleOrder) {}, ""},
		"somebody else":  {func(o *spec.BundleOrder) { o.By = "bob" }, ""},
		"another name":   {func(o *spec.BundleOrder) { o.Name = "db" }, "not signed"},
		"nothing":        {func(o *spec.BundleOrder) { o.Digest = "" }, "not signed"},
		"another size":   {func(o *spec.BundleOrder) { o.Size++ }, "not signed"},
		"longer valid":   {func(o *spec.BundleOrder) { o.Until = o.Until.Add(time.Hour) }, "not signed"},
		"no signature":   {func(o *spec.BundleOrder) { o.Signature = "" }, "not signed"},
		"of an upgrade":  {func(o *spec.BundleOrder) { *o = upgrading }, "not signed"},
		"of a stranger":  {func(o *spec.BundleOrder) { *o = stranger.Modules("web", f.digest, 5, now) }, "not signed"},
		"an old order":   {func(o *spec.BundleOrder) { *o = f.key.Modules("web", f.digest, 5, now.Add(-25*time.Hour)) }, "held until"},
		"an older order": {func(o *spec.BundleOrder) { *o = f.key.Modules("web", f.digest, 5, now.Add(-time.Hour)) }, ""},
	} {
		o := good
		c.change(&o)
		if err := keys.VerifyModules(o, now); (err == nil) != (c.says == "") || err != nil && (spec.KindOf(err) != spec.Denied || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
		if err := upgrade.Keys(nil).VerifyModules(o, now); err != nil {
			t.Errorf("%s, where no key is trusted: %v", name, err)
		}
	}
}

// A key that others can read is none.
func TestKeyFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	made, err := upgrade.MakeKey(file)
	must(t, err)
	if read, err := upgrade.ReadKey(file); err != nil || read.Public() != made.Public() {
		t.Errorf("read %q (%v), made %q", read.Public(), err, made.Public())
	}
	if _, err := upgrade.MakeKey(file); err == nil {
		t.Error("a key was overwritten")
	}
	must(t, os.Chmod(file, 0o644))
	if _, err := upgrade.ReadKey(file); err == nil || !strings.Contains(err.Error(), "others can read") {
		t.Errorf("a key that others can read: %v", err)
	}
}

// What is no file of a key is not read without end, and said so.
func TestWhatIsNoKey(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	must(t, os.WriteFile(empty, nil, 0o600))
	for file, want := range map[string]string{"/dev/zero": "cannot read the key that signs upgrades: /dev/zero: it is larger", t.TempDir(): "it is a directory", empty: "has no Ed25519 key"} {
		if _, err := upgrade.ReadKey(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", file, err, want)
		}
	}
	if _, err := upgrade.MakeKey(filepath.Join(empty, "key")); err == nil || !strings.Contains(err.Error(), "cannot write a key") {
		t.Errorf("where no folder is: %v", err)
	}
}

// unit is a service of which Start calls a function.
type unit struct {
	did   []string
	start func()
	stop  error
	ended int
}

func (u *unit) Stop() error    { u.did = append(u.did, "stop"); return u.stop }
func (u *unit) Kill() error    { u.did = append(u.did, "kill"); return nil }
func (u *unit) Start() error   { u.did = append(u.did, "start"); u.start(); return nil }
func (u *unit) Restarts() int  { return u.ended }
func (u *unit) Status() string { return "as it is" }

// The new program stays if it is confirmed; else the old one is back, with what the agent
// remembered.
func TestSwitch(t *testing.T) {
	d1, _, _ := transfer.Digest(strings.NewReader("new program"))
	for name, c := range map[string]struct {
		confirmed       string
		stop            error
		ended           int
		program, memory string
		did, failed     string
		inPlace         bool // the host was stopped after the swap
	}{
		"confirmed":       {d1, nil, 2, "new program", "new memory", "stop start", "", false},
		"not confirmed":   {"", nil, 0, "old program", "old memory", "stop start kill start", "not reached within", false},
		"it ends":         {"", nil, 3, "old program", "old memory", "stop start kill start", "ended 3 times", false},
		"another is":      {"d2", nil, 0, "old program", "old memory", "stop start kill start", "not reached within", false},
		"it does not end": {d1, errors.New("it hangs"), 0, "old program", "old memory", "stop kill start", "it hangs", false},
		"in place":        {d1, nil, 0, "new program", "new memory", "", "", true},
		"in place, lost":  {"", nil, 0, "old program", "old memory", "kill start", "not reached within", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, state := t.TempDir(), t.TempDir()
			write := func(file, text string) { must(t, os.WriteFile(file, []byte(text), 0o600)) }
			read := func(file string) string { text, _ := os.ReadFile(file); return string(text) }
			program, memory := filepath.Join(state, "armonic"), filepath.Join(state, "journal.db")
			write(filepath.Join(dir, "switch.json"), `{"digest":"`+d1+`","program":"`+program+`"}`)
			write(filepath.Join(dir, "new"), "new program")
			write(filepath.Join(dir, "old"), "old program")
			write(filepath.Join(dir, "journal.db"), "memory of an earlier try")
			write(program, "old program")
			write(memory, "old memory")
			if c.inPlace {
				write(program, "new program")
				write(memory, "new memory")
				write(filepath.Join(dir, "journal.db"), "old memory")
				write(filepath.Join(dir, "confirmed"), c.confirmed)
			}
			u := &unit{stop: c.stop, ended: c.ended}
			u.start = func() {
				if read(program) == "new program" {
					write(memory, "new memory")
					write(filepath.Join(dir, "confirmed"), c.confirmed)
				}
			}
			s := upgrade.Switch{Dir: dir, Journal: memory, Service: u, Wait: 300 * time.Millisecond, Say: func(text string) { t.Log(text) }}
			if name == "confirmed" {
				s.Wait = time.Minute
			}
			must(t, s.Do(t.Context()))
			if read(program) != c.program || read(memory) != c.memory || strings.Join(u.did, " ") != c.did {
				t.Errorf("%s, %s, after %v", read(program), read(memory), u.did)
			}
			if failed := read(filepath.Join(dir, "failed.json")); !strings.Contains(failed, c.failed) || c.failed == "" && failed != "" {
				t.Errorf("it says %s", failed)
			}
			left, _ := filepath.Glob(filepath.Join(dir, "*"))
			if len(left) > 1 || len(left) == 1 && filepath.Base(left[0]) != "failed.json" {
				t.Errorf("left: %v", left)
			}
		})
	}
}
