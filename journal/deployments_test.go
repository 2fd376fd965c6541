package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/spec"
)

func deployment(id spec.DeploymentID, revision int, log string) spec.DeploymentRecord {
	return spec.DeploymentRecord{
		DeploymentSummary: spec.DeploymentSummary{ID: id, Name: "Läden", Root: "//Proxy//start", By: "ada", Made: noon, State: "running",
			Revision: revision, Size: len(log), PutBy: "ada@example.org", PutAt: noon},
		Log: spec.PackLog([]byte(log)),
	}
}

// deploymentFiles are the files with the records.
func deploymentFiles(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(filepath.Dir(j.Path()), "deployments", "*"))
	must(t, err)
	return all
}

func TestRecordsOfDeploymentsOutliveTheAgent(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	if all, err := j.KeptDeployments(); err != nil || len(all) != 0 {
		t.Fatalf("%v, error %v", all, err)
	}
	odd := deployment("../../é\n", 1, "quote ' and \xff")
	must(t, j.KeepDeployment(deployment("d1", 1, "one")), j.KeepDeployment(odd), j.KeepDeployment(deployment("d1", 2, "two")),
		j.KeepDeployment(deployment("d2", 1, "x")), j.DropDeployment("d2"), j.DropDeployment("d2"))
	must(t, os.WriteFile(filepath.Join(filepath.Dir(deploymentFiles(t, j)[0]), ".new-1"), []byte("half"), 0o600))
	j = reopen(t, j)
	all, err := j.KeptDeployments()
	if err != nil || len(all) != 2 || len(deploymentFiles(t, j)) != 2 {
		t.Fatalf("%+v, error %v", all, err)
	}
	for _, want := range []spec.DeploymentRecord{deployment("d1", 2, "two"), odd} {
		if got, err := j.KeptDeployment(want.ID); err != nil || got != want {
			t.Errorf("kept is %+v, error %v", got, err)
		}
	}
}

func TestTheLogOfADeploymentIsSealed(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	r := deployment("d1", 1, "")
	r.Log = "correct horse"
	must(t, j.KeepDeployment(r))
	file := deploymentFiles(t, j)[0]
	text, err := os.ReadFile(file)
	if err != nil || bytes.Contains(text, []byte(r.Log.Reveal())) {
		t.Errorf("%s, error %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, error %v", info.Mode(), err)
	}
	must(t, os.Remove(filepath.Join(filepath.Dir(j.Path()), "key")))
	_, err = j.KeptDeployment("d1")
	if err == nil || !strings.Contains(spec.HintOf(err), "key file") {
		t.Errorf("without the key: %v, hint %q", err, spec.HintOf(err))
	}
}

// A record that is damaged is named. The others can be read, and it can be replaced.
func TestADamagedRecordOfADeploymentIsNamed(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	r := deployment("d1", 1, "one")
	must(t, j.KeepDeployment(r))
	file := deploymentFiles(t, j)[0]
	must(t, j.KeepDeployment(deployment("d2", 1, "two")))
	right, err := os.ReadFile(file)
	must(t, err)
	head := bytes.IndexByte(right, '\n')
	for at := range right {
		wrong := bytes.Clone(right)
		wrong[at] ^= 1
		must(t, os.WriteFile(file, wrong, 0o600))
		all, err := j.KeptDeployments()
		if at <= head && (err == nil || !strings.Contains(err.Error(), file) || len(all) != 1 || all[0].ID != "d2") {
			t.Fatalf("with byte %d changed: %+v, error %v", at, all, err)
		}
		if got, err := j.KeptDeployment("d1"); err == nil && got != r {
			t.Fatalf("with byte %d changed it is %+v", at, got)
		}
	}
	must(t, j.KeepDeployment(r))
	if got, err := j.KeptDeployment("d1"); err != nil || got != r {
		t.Errorf("kept is %+v, error %v", got, err)
	}
}
