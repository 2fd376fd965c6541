package actions_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// busyMachine is this machine, on which a command of an earlier agent still runs.
type busyMachine struct {
	*host.Host
	waited *int // how often that was waited for
}

func (busyMachine) StillRunning() []string { return []string{"dpkg still runs"} }

func (m busyMachine) EndLeftovers(context.Context, func(string)) error {
	*m.waited++
	return nil
}

// What a command of a killed agent may still change is not taken for unchanged: it would
// never be taken back. Before anything is changed, or taken back, that command has ended.
func TestWhatIsStillChangedIsNotTakenForUnchanged(t *testing.T) {
	waited := 0
	set, err := modules.Config{Machine: busyMachine{host.New(""), &waited}}.Load(source(map[string]string{"a.star": `
lifecycle("App", states = [state("Off"), state("On", enter = lambda ctx: ctx.host.absent("/etc/armonic-none"))])`}))
	if err != nil {
		t.Fatal(err)
	}
	store := lifecycle.NewMemory()
	begun := spec.Effect{N: 1, State: "On", Provide: "enter", Key: "user armonic-none", After: spec.Object{Kind: spec.ObjectUser, Content: "any uid"}}
	if err := store.Begin("App", lifecycle.Doing{Step: enter("On")}); err != nil {
		t.Fatal(err)
	}
	if err := store.RecordEffects("App", lifecycle.EffectChange{Begun: []spec.Effect{begun}}); err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	if rec, err := store.Load("App"); err != nil || len(rec.Effects) != 1 || rec.Effects[0].Done {
		t.Errorf("it has %+v (%v)", rec.Effects, err)
	}
	for i, s := range []spec.Step{enter("On"), leave("On")} {
		if _, err := steps(t, e, "", s); err != nil {
			t.Fatal(err)
		}
		if waited != i+1 {
			t.Errorf("%s: %d times it was waited for", s.Name(), waited)
		}
	}
	if rec, err := store.Load("App"); err != nil || len(rec.Effects) != 0 {
		t.Errorf("it still has %+v (%v)", rec.Effects, err)
	}
}

// Who looks for drift leaves alone what another one is changing at that moment.
func TestLookingForDriftTidiesNothingUp(t *testing.T) {
	dir := newHostDirectory(t)
	e := undoable(t, lifecycle.NewMemory(), dir)
	if _, err := steps(t, e, "", enter("Installed")); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("app.conf"))
	underWay := filepath.Join(dir, "etc", ".armonic-"+hex.EncodeToString(sum[:8]))
	if err := os.WriteFile(underWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Drift(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(underWay); err != nil {
		t.Error(err)
	}
	if _, err := steps(t, e, "", enter("Configured")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(underWay); err == nil {
		t.Errorf("%s is not what is made there while a file is changed", underWay)
	}
}
