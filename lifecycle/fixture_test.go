package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// trace is a lifecycle whose functions write down that they ran. What fail names
// ("enter Configured") fails.
type trace struct {
	ran  []string
	fail map[string]error
}

func (tr *trace) did(what string, args ...any) error {
	line := strings.TrimSpace(what + " " + strings.TrimSpace(fmt.Sprintln(args...)))
	tr.ran = append(tr.ran, line)
	return tr.fail[what]
}

func (tr *trace) state(name string, requires ...spec.Require) *lifecycle.State {
	return &lifecycle.State{
		Name:     name,
		Requires: requires,
		Enter: func(_ context.Context, c *lifecycle.Call) error {
			if len(c.Inputs) > 0 {
				return tr.did("enter "+name, c.Inputs)
			}
			return tr.did("enter " + name)
		},
		Leave: func(context.Context, *lifecycle.Call) error { return tr.did("leave " + name) },
		Cross: func(_ context.Context, c *lifecycle.Call) error { return tr.did("cross "+name, c.Flags) },
	}
}

// webServer is the demo's web server, traced.
func (tr *trace) webServer() *lifecycle.Lifecycle {
	configured := tr.state("Configured", spec.Require{Name: "conf", Vars: []spec.Variable{
		{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80, Label: "Listen port"},
	}})
	configured.Provides = []*lifecycle.Provide{{
		Name: "create_document_root",
		Provide: spec.Provide{Tags: []string{"internal"}, Flags: map[string]any{"reload": true}, Requires: []spec.Require{
			{Name: "document_root", Vars: []spec.Variable{{Name: "path", Type: spec.Type{Kind: spec.KindStr}, Default: "/var/www/"}}},
		}},
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			return nil, tr.did("call create_document_root", c.Inputs)
		},
	}}
	active := tr.state("Active")
	active.Provides = []*lifecycle.Provide{{
		Name:    "start",
		Provide: spec.Provide{Label: "Fake webserver activation", Tags: []string{"demo"}},
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			conf, _ := c.Entered("Configured")
			url := fmt.Sprintf("http://%s:%d", c.Me.Address, conf["conf"][0]["port"])
			return map[string]any{"url": url}, tr.did("call start")
		},
	}}
	return &lifecycle.Lifecycle{
		Name:   "WebServer",
		States: []*lifecycle.State{{Name: "NotInstalled"}, tr.state("Installed"), configured, active},
	}
}

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func newEngine(t testing.TB, l *lifecycle.Lifecycle, store lifecycle.Store) *lifecycle.Engine {
	t.Helper()
	if store == nil {
		store = lifecycle.NewMemory()
	}
	e, err := lifecycle.New(l, lifecycle.Deps{
		Store: store,
		Me:    spec.Info{Host: "web1", Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}},
		Clock: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// steps reads "enter Installed, enter Configured conf/port=8080, call Active.start".
func steps(text string) []spec.Step {
	var out []spec.Step
	for line := range strings.SplitSeq(text, ",") {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		s := spec.Step{Action: spec.Action(f[0]), State: f[1]}
		if s.Action == spec.Call {
			s.State, s.Provide, _ = strings.Cut(f[1], ".")
		}
		for _, in := range f[2:] {
			name, value, _ := strings.Cut(in, "=")
			require, variable, _ := strings.Cut(name, "/")
			require, index := spec.SplitIndex(require)
			if s.Inputs == nil {
				s.Inputs = spec.Inputs{}
			}
			for len(s.Inputs[require]) <= index {
				s.Inputs[require] = append(s.Inputs[require], spec.Set{})
			}
			if variable != "" {
				s.Inputs[require][index][variable] = value
			}
		}
		out = append(out, s)
	}
	return out
}

// doStep prepares one step and executes it.
func doStep(ctx context.Context, e *lifecycle.Engine, run spec.RunID, step spec.Step, sink lifecycle.Sink) (any, error) {
	ready, err := e.Prepare(ctx, spec.Work{Lifecycle: e.Name(), Steps: []spec.Step{step}})
	if cause := errors.Unwrap(err); cause != nil { // the step is not possible
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	return e.Execute(ctx, run, ready[0], sink)
}

// do does steps until one fails, and gives what the last one returned.
func do(e *lifecycle.Engine, text string) (returns any, err error) {
	for _, s := range steps(text) {
		if returns, err = doStep(context.Background(), e, "run-1", s, lifecycle.Sink{}); err != nil {
			return returns, err
		}
	}
	return returns, nil
}

func mustDo(t testing.TB, e *lifecycle.Engine, text string) {
	t.Helper()
	if _, err := do(e, text); err != nil {
		t.Fatal(err)
	}
}

func applied(e *lifecycle.Engine) string { return strings.Join(e.Applied(), " ") }

var errBroken = errors.New("it broke")
