package rollout

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func newStore(t *testing.T, dir string) *Store {
	t.Helper()
	return NewStore(filepath.Join(dir, "deployments"), seal.KeyFile{Path: filepath.Join(dir, "key")})
}

// carried is a deployment that was carried out, and is kept.
func carried(t *testing.T, s *Store, id spec.DeploymentID) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		session := fleettest.Planned(t, fleettest.New(t, l.Lifecycles(), "main", "a"), "a")
		if err := session.Set("//conf/pass", "sesame-open"); err != nil {
			t.Fatal(err)
		}
		if err := session.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, err := New(session, Options{ID: id, Logs: s})
		if err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		if err := r.Wait(t.Context()); err != nil || !r.Snapshot().OK {
			t.Errorf("%v %s", err, tell(r.Snapshot()))
		}
		r.Close()
	})
}

// A power cut may leave any part of the file. What is whole of it counts, and is gone on with.
func TestALogThatWasCutAnywhereIsReadAndGoneOnWith(t *testing.T) {
	s := newStore(t, t.TempDir())
	carried(t, s, "d")
	text, err := os.ReadFile(s.file("d"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.Read("d")
	if err != nil || len(all) < 10 {
		t.Fatalf("%d records, %v", len(all), err)
	}
	for n := range len(text) + 1 {
		if err := os.WriteFile(s.file("d"), text[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		whole := bytes.Count(text[:n], []byte("\n"))
		read, err := s.Read("d")
		if err != nil || len(read) != whole {
			t.Fatalf("cut at byte %d: %d records, want %d: %v", n, len(read), whole, err)
		}
		if n%7 != 0 && n != len(text) { // opening it waits for the disk
			continue
		}
		log, read, err := s.Open("d")
		if err != nil || len(read) != whole {
			t.Fatalf("cut at byte %d: %d records, want %d: %v", n, len(read), whole, err)
		}
		more := Record{N: whole + 1, Kind: RecordResumed, Who: "bert"}
		if err := log.Append(more); err != nil {
			t.Fatal(err)
		}
		if err := log.(*fileLog).f.Close(); err != nil {
			t.Fatal(err)
		}
		read, err = s.Read("d")
		if err != nil || len(read) != whole+1 || read[whole].Who != "bert" {
			t.Fatalf("cut at byte %d and gone on with: %d records, %v", n, len(read), err)
		}
	}
}

func TestSecretsAreSealedOnDiskAndComeBack(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir)
	carried(t, s, "d")
	text, err := os.ReadFile(s.file("d"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("sesame")) {
		t.Error("the password is in the file")
	}
	if info, err := os.Stat(s.file("d")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	all, err := newStore(t, dir).Read("d") // another process has the key
	if err != nil {
		t.Fatal(err)
	}
	var found []any
	for _, p := range Replay(all).Plan.Tasks {
		for _, step := range p.Steps {
			for _, set := range step.Inputs["conf"] {
				found = append(found, set["pass"])
			}
		}
	}
	if len(found) != 1 || found[0] != value.Secret("sesame-open") {
		t.Errorf("the plan has %d passwords, %T", len(found), found[0])
	}
	if _, err := newStore(t, t.TempDir()).Read("d"); spec.KindOf(err) != spec.NotFound {
		t.Errorf("elsewhere: %v", err)
	}
	other := NewStore(filepath.Join(dir, "deployments"), seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")})
	if _, err := other.Read("d"); err == nil || !strings.Contains(err.Error(), "deployment d") {
		t.Errorf("with another key: %v", err)
	}
}

// Locks are of open files, so that it does not matter which process has them.
func TestALogIsHeldByOne(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir)
	carried(t, s, "d")
	log, _, err := s.Open("d")
	if err != nil {
		t.Fatal(err)
	}
	other := newStore(t, dir)
	other.patience = 100 * time.Millisecond // nobody looks for a claim
	if _, _, err := other.Open("d"); spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "deployment d is being carried out by another process") {
		t.Errorf("a second one: %v", err)
	}
	if !s.Held("d") {
		t.Error("nobody holds it")
	}
	if _, err := s.Read("d"); err != nil {
		t.Errorf("it cannot be looked at meanwhile: %v", err)
	}
	if err := log.Close(); err != nil || s.Held("d") {
		t.Errorf("closed: %v, held %v", err, s.Held("d"))
	}
}

// Who decides about a deployment in another terminal goes on with it: what carried it out until
// then, a terminal or what it left behind, lets go.
func TestAProcessLetsGoOfADeploymentThatAnotherOneGoesOnWith(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		fleet := fleettest.New(t, l.Lifecycles(), "main", "a")
		l.SetFail("a", true)
		session := fleettest.Planned(t, fleet, "a")
		one, err := New(session, Options{ID: "d", Logs: newStore(t, dir)})
		if err != nil {
			t.Fatal(err)
		}
		one.Start(t.Context())
		if err := one.Wait(t.Context()); err != nil || one.Snapshot().OK {
			t.Fatalf("%v %s", err, tell(one.Snapshot()))
		}
		two, err := Deployments{Fleet: fleet, Options: Options{Logs: newStore(t, dir)}}.Resume(t.Context(), "d")
		if err != nil {
			t.Fatal(err)
		}
		defer two.Close()
		two.Start(t.Context())
		if err := two.MarkDone(two.Snapshot().Retriable()[0].ID, "by hand", map[string]any{"addr": "x"}); err != nil {
			t.Fatal(err)
		}
		if err := two.Wait(t.Context()); err != nil || !two.Snapshot().OK {
			t.Errorf("%v %s", err, tell(two.Snapshot()))
		}
		if err := one.Skip(one.Snapshot().Retriable()[0].ID, "no"); spec.KindOf(err) != spec.Canceled {
			t.Errorf("the first one: %v %s", err, tell(one.Snapshot()))
		}
		if left, err := filepath.Glob(filepath.Join(dir, "deployments", "*"+claimSuffix)); err != nil || len(left) > 0 {
			t.Errorf("%v %v", left, err)
		}
	})
}

// Who claimed a log and was killed leaves the claim: it is nobody's.
func TestAClaimThatWasLeftIsNotHeeded(t *testing.T) {
	s := newStore(t, t.TempDir())
	carried(t, s, "d")
	if err := os.WriteFile(s.file("d")+claimSuffix, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, _, err := s.Open("d")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	if held, isFile := log.(*fileLog); !isFile || held.claimed() {
		t.Error("it would let go of the log")
	}
}

func TestImportKeepsTheNewer(t *testing.T) {
	from, to := newStore(t, t.TempDir()), newStore(t, t.TempDir())
	carried(t, from, "d")
	all, err := from.Read("d")
	if err != nil {
		t.Fatal(err)
	}
	resumed := append(slices.Clone(all[:5]), Record{N: 6, Kind: RecordResumed, Who: "bert"}) // fewer, but somebody went on
	for _, x := range []struct {
		what string
		give []Record
		want int
	}{{"a first one", all[:7], 7}, {"an older one", all[:4], 7}, {"a newer one", all, len(all)}, {"one with which somebody went on", resumed, 6}, {"the one before", all, 6}} {
		log, got, err := to.Import("d", x.give)
		if err != nil {
			t.Fatalf("%s: %v", x.what, err)
		}
		if err := log.Close(); err != nil || len(got) != x.want {
			t.Errorf("%s: %d records, want %d: %v", x.what, len(got), x.want, err)
		}
		read, err := to.Read("d")
		if diff := cmp.Diff(len(got), len(read)); diff != "" || err != nil {
			t.Errorf("%s, read: %s %v", x.what, diff, err)
		}
	}
}

// part writes a log that was left off, or is over.
func part(t *testing.T, s *Store, id spec.DeploymentID, name string, over bool) {
	t.Helper()
	log, err := s.create(id)
	if err != nil {
		t.Fatal(err)
	}
	records := []Record{{N: 1, Kind: RecordMade, Made: &Made{ID: id, Name: name}}, {N: 2, Kind: RecordPlanned, Plan: &Plan{}}}
	if over {
		records = append(records, Record{N: 3, Kind: RecordOver, At: time.Unix(1, 0), Over: &Summary{ID: id, Name: name, State: "done"}})
	}
	for _, r := range records {
		if err := log.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.(*fileLog).f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestADeploymentTakesThePlaceOfTheOneOfItsNameThatIsNotDone(t *testing.T) {
	s := newStore(t, t.TempDir())
	part(t, s, "1", "shop", true)
	part(t, s, "2", "blog", false)
	if id, err := s.replace("9", "shop", "anna", time.Now()); err != nil || id != "1" {
		t.Errorf("what is done stays: %q %v", id, err)
	}
	part(t, s, "3", "shop", false)
	if id, err := s.replace("9", "shop", "anna", time.Now()); err != nil || id != "3" {
		t.Errorf("%q %v", id, err)
	}
	for id, want := range map[spec.DeploymentID]string{"1": "done", "2": "interrupted", "3": "replaced"} {
		if x, err := s.Summary(id); err != nil || x.State != want {
			t.Errorf("%s is %s, want %s: %v", id, x.State, want, err)
		}
	}
	part(t, s, "4", "shop", false)
	log, _, err := s.Open("4")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.replace("9", "shop", "anna", time.Now()); spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "a deployment named shop is being carried out: 4") {
		t.Errorf("one that goes on: %v", err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheOldestThatAreOverAreRemoved(t *testing.T) {
	s := newStore(t, t.TempDir())
	part(t, s, "0000", "left", false)
	for i := range keptLogs + 3 {
		part(t, s, spec.DeploymentID(fmt.Sprintf("%04d", i+1)), "n", true)
	}
	s.prune()
	ids, err := s.IDs()
	if err != nil || len(ids) != keptLogs+1 || ids[0] != "0203" || ids[keptLogs-1] != "0004" || ids[keptLogs] != "0000" {
		t.Errorf("%d are left, from %v to %v: %v", len(ids), ids[0], ids[len(ids)-1], err)
	}
}

func TestALogThatCannotBeReadIsNamed(t *testing.T) {
	s := newStore(t, t.TempDir())
	part(t, s, "1", "shop", true)
	part(t, s, "2", "blog", false)
	text, err := os.ReadFile(s.file("2"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.file("2"), append([]byte("{\"kind\": 7}\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	all, errs := s.List()
	if len(all) != 1 || all[0].ID != "1" || len(errs) != 1 || !strings.Contains(errs[0].Error(), "cannot read the log of deployment 2: record 1") || !strings.Contains(spec.HintOf(errs[0]), s.dir) {
		t.Errorf("%+v %v", all, errs)
	}
	if _, _, err := s.Open("2"); err == nil {
		t.Error("it is gone on with")
	}
	if after, err := os.ReadFile(s.file("2")); err != nil || len(after) != len(text)+len("{\"kind\": 7}\n") {
		t.Errorf("it was changed: %d bytes, %v", len(after), err)
	}
}

// What cannot be recorded is not done.
func TestOnAFullDiskNothingIsHandedOver(t *testing.T) {
	l := fleettest.NewLab()
	f := fleettest.New(t, l.Lifecycles(), "main", "a")
	s := newStore(t, t.TempDir())
	r, err := New(fleettest.Planned(t, f, "a"), Options{ID: "d", Logs: s})
	if err != nil {
		t.Fatal(err)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	log := r.log.(*fileLog)
	_ = log.f.Close()
	log.f = full
	r.Start(t.Context())
	t.Cleanup(r.Close)
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap := r.Snapshot()
	if x := snap.Tasks[0]; snap.OK || x.Err == nil || !strings.Contains(x.Err.Error(), "cannot keep the log of the deployment") || !strings.Contains(x.Err.Error(), "no space left") || !strings.Contains(x.Err.Hint, s.dir) {
		t.Errorf("%s", tell(snap))
	}
	if len(l.Calls) > 0 || len(f.StackOf(t, "a", "Part")) != 1 {
		t.Errorf("it was done all the same: %v", l.Calls)
	}
}

func TestWhereNothingCanBeWrittenNoDeploymentIsMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	s := NewStore(filepath.Join(dir, "deployments"), seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")})
	_, err := New(fleettest.Planned(t, f, "a"), Options{Logs: s})
	if err == nil || !strings.Contains(spec.HintOf(err), s.dir) {
		t.Errorf("%v, hint %s", err, spec.HintOf(err))
	}
}
