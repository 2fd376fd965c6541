package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// balanced is a balancer with sites, and what happened on them.
type balanced struct {
	mu     sync.Mutex
	said   []string
	broken string // the host whose site cannot be entered
}

func (b *balanced) say(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

func (b *balanced) fleet(t *testing.T) *fleettest.Fleet {
	t.Helper()
	port := spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}
	site := &lifecycle.Lifecycle{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, {
		Name: "On", Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{port}}},
		Enter: func(_ context.Context, c *lifecycle.Call) error {
			if string(c.Me.Host) == b.broken {
				return errors.New("no")
			}
			b.say("%s has %v", c.Me.Host, c.Inputs["conf"][0]["port"])
			return nil
		},
		Provides: []*lifecycle.Provide{{Name: "go", Provide: spec.Provide{Returns: []spec.Variable{port}},
			Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
				in, _ := c.Entered("On")
				return map[string]any{"port": in["conf"][0]["port"]}, nil
			}}},
	}}}
	sites := spec.Require{Name: "sites", Kind: spec.External, Pattern: "//Site//go", Nargs: spec.Nargs{Max: spec.Many}, Returns: []spec.Variable{port},
		Rolling: &spec.Rolling{Drain: "drain", Enable: "enable"}}
	tell := func(name string) *lifecycle.Provide {
		host := []spec.Require{{Name: "site", Vars: []spec.Variable{{Name: "host", Type: spec.Type{Kind: spec.KindHost}}}}}
		return &lifecycle.Provide{Name: name, Provide: spec.Provide{Requires: host}, Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			b.say("%s %s", name, c.Inputs["site"][0]["host"])
			return nil, nil
		}}
	}
	front := &lifecycle.Lifecycle{Name: "Front", States: []*lifecycle.State{{Name: "Off"}, {
		Name: "On", Requires: []spec.Require{sites},
		Enter: func(_ context.Context, c *lifecycle.Call) error {
			var have []string
			for _, set := range c.Inputs["sites"] {
				have = append(have, fmt.Sprintf("%v:%v", set["host"], set["port"]))
			}
			b.say("front has %s", strings.Join(have, " "))
			return nil
		},
		Provides: []*lifecycle.Provide{{Name: "go"}, tell("drain"), tell("enable")},
	}}}
	return fleettest.New(t, []*lifecycle.Lifecycle{site, front}, "lb", "a", "b", "c")
}

// A balancer that stays is told of each batch before the next one changes. What is in use is
// taken out of use before.
func TestABalancerIsToldOfEachBatch(t *testing.T) {
	for name, c := range map[string]struct {
		hosts, rolling, broken string
		want                   []string
	}{
		"one at a time": {"a,b", "serial=1", "", []string{
			"drain a", "a has 81", "front has a:81 b:80", "enable a", "drain b", "b has 81", "enable b", "front has a:81 b:81"}},
		"all at once": {"a,b", "", "", []string{"a has 81", "b has 81", "front has a:81 b:81"}},
		"a new one, and one that goes": {"a,c", "serial=1", "", []string{
			"drain a", "a has 81", "front has a:81 b:80", "enable a", "c has 81", "front has a:81 c:81"}},
		"one fails":     {"a,b", "serial=1", "a", []string{"drain a"}},
		"one may fail":  {"a,b", "serial=1,max-fail=1", "a", []string{"drain a", "front has a:80 b:80", "drain b", "b has 81", "front has a:80 b:81", "enable b"}},
		"the other may": {"a,b", "serial=1,max-fail=1", "b", []string{"drain a", "a has 81", "front has a:81 b:80", "enable a", "drain b", "front has a:81 b:80"}},
		"a canary":      {"a,b", "serial=2,canary=1", "", []string{"drain a", "a has 81", "front has a:81 b:80", "enable a", "drain b", "b has 81", "enable b", "front has a:81 b:81"}},
	} {
		t.Run(name, func(t *testing.T) {
			var x balanced
			f := x.fleet(t)
			plan := func(hosts, port, rolling string) *deploy.Session {
				s := deploy.NewSession(f, "//Front//go")
				s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("lb"))
				s.SetHosts("sites", hosts)
				if err := s.Set("//Site//conf/port", port); err != nil {
					t.Fatal(err)
				}
				if rolling != "" {
					if err := s.SetRolling("sites", rolling); err != nil {
						t.Fatal(err)
					}
				}
				settle(t, s)
				return s
			}
			if e := carryOut(t, plan("a,b", "80", "")); !e.OK {
				t.Fatalf("%+v", e)
			}
			x.said, x.broken = nil, c.broken
			s := plan(c.hosts, "81", c.rolling)
			for _, step := range deploy.Preview(t.Context(), f, s.Result().Plan) {
				if step.Err != nil {
					t.Errorf("preview: %v", step.Err)
				}
			}
			if e := carryOut(t, s); e.OK != (c.broken == "") {
				t.Errorf("%+v", e)
			}
			if c.rolling == "" {
				slices.Sort(x.said)
			}
			if !slices.Equal(x.said, c.want) {
				t.Errorf("it happened\n%s\nwant\n%s", strings.Join(x.said, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// What failed and is planned again is drained again only where something is left to do, and
// the log tells as much after it was read back.
func TestWhatIsLeftOfABatchIsDrainedAgain(t *testing.T) {
	var x balanced
	f := x.fleet(t)
	plan := func(s *deploy.Session, port string) *deploy.Session {
		s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("lb"))
		s.SetHosts("sites", "a,b")
		if err := s.Set("//Site//conf/port", port); err != nil {
			t.Fatal(err)
		}
		if err := s.SetRolling("sites", "serial=1"); err != nil {
			t.Fatal(err)
		}
		settle(t, s)
		return s
	}
	if e := carryOut(t, plan(deploy.NewSession(f, "//Front//go"), "80")); !e.OK {
		t.Fatalf("%+v", e)
	}
	x.said, x.broken = nil, "b"
	r, err := rollout.New(plan(deploy.NewSession(f, "//Front//go"), "81"), rollout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.Start(t.Context())
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.broken = ""
	if err := r.Replan(plan(r.NewSession(), "81"), rollout.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"drain a", "a has 81", "front has a:81 b:80", "enable a", "drain b", "front has a:81 b:80", "drain b", "b has 81", "enable b", "front has a:81 b:81"}
	if e := r.Snapshot(); !e.OK || !slices.Equal(x.said, want) {
		t.Errorf("%v: it happened\n%s\nwant\n%s", e.OK, strings.Join(x.said, "\n"), strings.Join(want, "\n"))
	}
}
