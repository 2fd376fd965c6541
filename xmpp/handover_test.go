package xmpp_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/bundle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
	"github.com/armonic/armonic/upgrade"
)

// recordedKey signs what is handed over in recordings, and nothing else.
const recordedKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
`

func signer(t *testing.T) upgrade.Key {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(recordedKey), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := upgrade.ReadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// keepers are the ends of an agent that files are handed over to.
func keepers(t *testing.T) (*upgrade.Agent, *bundle.Keeper) {
	t.Helper()
	keys, err := upgrade.ParseKeys([]string{signer(t).Public()})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	u, err := upgrade.NewAgent(t.Context(), upgrade.Config{Dir: t.TempDir(), Keys: keys, Version: "0.1", Logger: log,
		Finish: func(context.Context) (func(), error) { return func() {}, nil }, Switch: func(context.Context) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	k, err := bundle.Open(bundle.Config{Dir: t.TempDir(), Verify: keys.VerifyModules, Logger: log,
		Try: func(_, wanted []modules.Source) error { _, err := modules.Config{}.Load(wanted...); return err }})
	if err != nil {
		t.Fatal(err)
	}
	return u, k
}

// handover hands a program and modules over, and gives what the client was told.
func handover(t *testing.T, u spec.Upgrader, k spec.ModuleKeeper) (told []any) {
	t.Helper()
	ctx := t.Context()
	tell := func(x any, err error) {
		if err != nil {
			x = spec.AsError(err)
		}
		told = append(told, x)
	}
	const script = "#!/bin/sh\necho armonic 0.2\n"
	program := transfer.Pack([]byte(script))
	piece := func(f transfer.File, from, to int) spec.Piece {
		return spec.Piece{Digest: f.Digest, At: from, Data: base64.StdEncoding.EncodeToString(f.Packed[from:to])}
	}
	key, half := signer(t), len(program.Packed)/2
	order := key.Order(program.Digest, program.Size, time.Now())
	for _, p := range []spec.Piece{program.Question(), piece(program, 0, half), piece(program, 0, half), {Digest: "none"}} {
		s, err := u.StageUpgrade(ctx, p)
		tell(s, err)
	}
	s, err := u.ConfirmUpgrade(ctx, program.Digest)
	tell(s, err)
	s, err = u.Upgrade(ctx, spec.UpgradeOrder{Digest: program.Digest, Size: program.Size, Until: order.Until, Signature: "QUJD"})
	tell(s, err)
	s, err = u.StageUpgrade(ctx, piece(program, half, len(program.Packed)))
	tell(s, err)
	s, err = u.Upgrade(ctx, order)
	tell(s, err)

	files, err := bundle.Read(modules.Source{Name: "web", FS: fstest.MapFS{"a.star": {Data: []byte(`lifecycle("A", states = [state("Off")])`)}}}, "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []spec.Piece{files.Question(), piece(files, 0, len(files.Packed)), {Digest: transfer.NoDigest}} {
		b, err := k.StageModules(ctx, p)
		tell(b, err)
	}
	wrong := key.Modules("../web", files.Digest, files.Size, time.Now())
	for _, o := range []spec.BundleOrder{wrong, {Name: "web", Digest: files.Digest, Until: order.Until}, key.Modules("web", files.Digest, files.Size, time.Now()), key.Modules("web", "", 0, time.Now())} {
		o.By = "ann"
		b, err := k.UseModules(ctx, o)
		tell(b, err)
	}
	return told
}
