package agentd_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func TestAnAgentThatIsRestartedKeepsRecordsOfDeployments(t *testing.T) {
	path := filepath.Join(t.TempDir(), journal.File)
	d := spec.DeploymentRecord{DeploymentSummary: spec.DeploymentSummary{ID: "d", Revision: 4, Made: time.Now()}, Log: "secret"}
	for i := range 2 {
		j, err := journal.Open(path, journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Store: j, RunStore: j, Archive: j})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.PutDeployment(t.Context(), d); err != nil {
			t.Errorf("put for the %d. time: %v", i+1, err)
		}
		old := d
		old.Revision = 3
		if err := s.PutDeployment(t.Context(), old); spec.KindOf(err) != spec.Conflict {
			t.Errorf("an older one: %v", err)
		}
		if got, err := s.Deployment(t.Context(), "d"); err != nil || got.Log != d.Log || got.Revision != 4 || got.Size != 6 {
			t.Errorf("%+v, error %v", got, err)
		}
		s.Close()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLogsOfDeploymentsAreBounded(t *testing.T) {
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	log := value.Secret(strings.Repeat("x", spec.MaxDeploymentLog))
	most := spec.MaxDeploymentLogs / spec.MaxDeploymentLog
	for i := range most + 2 {
		d := spec.DeploymentRecord{DeploymentSummary: spec.DeploymentSummary{ID: spec.DeploymentID(fmt.Sprint("d", i)), Revision: 1}, Log: log}
		if err := s.PutDeployment(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Deployments(t.Context())
	if err != nil || len(all) != most {
		t.Errorf("%d are kept, error %v", len(all), err)
	}
	if _, err := s.Deployment(t.Context(), "d1"); spec.KindOf(err) != spec.NotFound {
		t.Errorf("the oldest: %v", err)
	}
}
