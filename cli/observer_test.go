package cli_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// watchedFleet lets nobody start anything on some of its hosts.
type watchedFleet struct {
	*agentd.Fleet
	watched []spec.Host
}

func (f watchedFleet) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	if err == nil && slices.Contains(f.watched, h) {
		a = watchedAgent{a}
	}
	return a, err
}

type watchedAgent struct{ spec.Agent }

func (a watchedAgent) Info(ctx context.Context) (spec.Info, error) {
	i, err := a.Agent.Info(ctx)
	i.Observer = true
	return i, err
}

func (watchedAgent) Start(context.Context, spec.Run) error {
	return spec.Errorf(spec.Denied, "you may not start")
}

// Who may only look is told so before questions are asked, and before anything is done on
// any host.
func TestAnObserverIsToldAtOnce(t *testing.T) {
	set, err := modules.Config{}.Load(modules.ShippedSource())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		watched []spec.Host
		line    string
		code    int
		says    string
	}{
		{[]spec.Host{"web1"}, "deploy //WebSite//start --on web1", 1, "you may look at web1, but start nothing there"},
		{[]spec.Host{"web1", "web2"}, "deploy //WebSite//start", 1, "you may look at web1, web2, but start nothing there"},
		{[]spec.Host{"web1"}, "deploy //WebSite//start --on web1 --autofill --dry-run", 0, "Plan for"},
		{[]spec.Host{"web1"}, "deploy //WebSite//start --on web2 --autofill --yes", 0, "done: 8 of 8 steps"},
		{[]spec.Host{"web1"}, "deploy //Proxy//start --on web2 --hosts websites=web1,web2 --autofill --yes", 1, "you may look at web1, but"},
		{[]spec.Host{"web1"}, "state-goto //WebServer/Installed -J web*", 1, "you may look at web1, but"},
	} {
		f, err := agentd.Simulate("test", agentd.Config{Lifecycles: set.Lifecycles}, 11, "web1", "web2")
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		code := cli.RunOn(watchedFleet{f, tt.watched}, strings.Fields(tt.line), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
		if code != tt.code || !strings.Contains(out.String(), tt.says) || strings.Contains(out.String(), "(port)") {
			t.Errorf("%s with %v: ended with %d, want %d and %q; it said\n%s", tt.line, tt.watched, code, tt.code, tt.says, out.String())
		}
		for h, a := range f.Services {
			stacks, err := a.Stacks(t.Context())
			if tt.code != 0 && (err != nil || slices.ContainsFunc(stacks, func(s spec.Stack) bool { return len(s.Applied) > 1 })) {
				t.Errorf("%s: something was done on %s (%v)", tt.line, h, err)
			}
		}
		f.Close()
	}
}
