package hostbench_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

const star = "testdata/modules"

// armonic is a fleet, and what is deployed there.
type armonic struct {
	*hostfleet.Fleet
	what deployment
}

// deployment is what is deployed; the port is the value that changes.
type deployment struct {
	pattern, on    string
	require, hosts string
	port           string      // the variable
	states         []spec.Path // to be entered again when everything is to be looked at
}

func newArmonic(t testing.TB, hosts []*hosttest.Host, what deployment) *armonic {
	t.Helper()
	return &armonic{hostfleet.New(t, hosts), what}
}

// run deploys: as a new process, or by the client that is connected.
func (a *armonic) run(t testing.TB, connected bool, port int) time.Duration {
	t.Helper()
	began := time.Now()
	if connected {
		a.deploy(t, port, nil)
	} else {
		a.Command(t, "deploy", a.what.pattern, "--on", a.what.on, "--hosts", a.what.require+"="+a.what.hosts,
			"--set", fmt.Sprintf("%s=%d", a.what.port, port), "--autofill", "--yes")
	}
	return time.Since(began)
}

// look deploys once more, with every state entered again: everything is compared.
func (a *armonic) look(t testing.TB, port int) time.Duration {
	t.Helper()
	began := time.Now()
	a.deploy(t, port, a.what.states)
	return time.Since(began)
}

// drift looks whether everything is as it was left, as a new process.
func (a *armonic) drift(t testing.TB) time.Duration {
	t.Helper()
	began := time.Now()
	out := a.Command(t, "drift")
	took := time.Since(began)
	if !strings.HasPrefix(out, "all is as it was left") {
		t.Fatalf("drift says\n%s", out)
	}
	return took
}

// deploy does what the command does.
func (a *armonic) deploy(t testing.TB, port int, again []spec.Path) {
	t.Helper()
	s := deploy.NewSession(a.Client, spec.Pattern(a.what.pattern))
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host(a.what.on))
	s.SetHosts(a.what.require, a.what.hosts)
	must(t, s.Set(spec.Pattern(a.what.port), fmt.Sprint(port)))
	for _, state := range again {
		s.EnterAgain(state)
	}
	must(t, s.Settle(t.Context()))
	for s.Accept() > 0 {
		must(t, s.Settle(t.Context()))
	}
	if found := s.Drift(t.Context()); len(found) > 0 {
		t.Fatalf("it has drifted: %+v", found)
	}
	e, err := rollout.New(s, rollout.Options{})
	must(t, err)
	defer e.Close()
	e.Start(t.Context())
	must(t, e.Wait(t.Context()))
	if end := e.Snapshot(); !end.OK {
		for _, task := range end.Tasks {
			if task.Err != nil {
				t.Errorf("%s: %v", task.Host, task.Err)
			}
		}
		t.Fatalf("deployed with port %d: %d tasks failed", port, end.Failed)
	}
}
