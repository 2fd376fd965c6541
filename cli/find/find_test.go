package find_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// halfFleet has two hosts, some of which may be out of reach.
type halfFleet struct {
	agents map[spec.Host]*agentd.Service
	off    []spec.Host
	broken map[spec.Host]spec.Agent // instead of those
}

func newHalfFleet(t *testing.T, off ...spec.Host) *halfFleet {
	t.Helper()
	f := &halfFleet{agents: map[spec.Host]*agentd.Service{}, off: off}
	for _, h := range []spec.Host{"a", "b"} {
		l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "Off"}, {Name: "On"}}}
		a, err := agentd.New(agentd.Config{Info: spec.Info{Host: h}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		f.agents[h] = a
	}
	return f
}

func (f *halfFleet) Name() string { return "half" }

func (f *halfFleet) Hosts() []spec.HostStatus {
	return []spec.HostStatus{{Host: "a"}, {Host: "b"}}
}

func (f *halfFleet) Agent(h spec.Host) (spec.Agent, error) {
	if slices.Contains(f.off, h) {
		return nil, spec.Errorf(spec.Unavailable, "%s sleeps", h)
	}
	if a := f.broken[h]; a != nil {
		return a, nil
	}
	return f.agents[h], nil
}

// hung is an agent that does not answer.
type hung struct{ spec.Agent }

func (hung) Describe(ctx context.Context, _ spec.Pattern) ([]spec.Resource, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// refusing is an agent that answers with an error.
type refusing struct {
	spec.Agent
	err error
}

func (r refusing) Describe(context.Context, spec.Pattern) ([]spec.Resource, error) { return nil, r.err }

// One host that does not answer, or not in our protocol, is named, and its deadline is
// waited for once; the others are listed.
func TestABrokenHostDoesNotHideTheOthers(t *testing.T) {
	foreign := spec.Errorf(spec.Invalid, "b speaks version 9 of the protocol, this program version 1")
	for name, tt := range map[string]struct {
		agent  spec.Agent
		warned string
		took   time.Duration
	}{
		"hung":          {hung{}, "waiting for the answer of b\nwarning: b is left out: b did not answer within 15s\n", 15 * time.Second},
		"other version": {refusing{nil, foreign}, "warning: b is left out: " + foreign.Error() + "\n", 0},
		"lying":         {refusing{nil, spec.Errorf(spec.Protocol, "x")}, "warning: b is left out: x\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fleet := newHalfFleet(t)
				fleet.broken = map[spec.Host]spec.Agent{"b": tt.agent}
				var warned strings.Builder
				f := find.New(fleet, &warned)
				begun := time.Now()
				found, err := f.OfKind(t.Context(), "L", query.State) // which asks several times
				if err != nil {
					t.Fatal(err)
				}
				if got := find.PathsOf(found); !slices.Equal(got, []spec.Path{"/a/L/Off", "/a/L/On"}) {
					t.Errorf("found %v", got)
				}
				if code := output.ExitCode(f.Incomplete()); code != 4 || warned.String() != tt.warned || time.Since(begun) != tt.took {
					t.Errorf("code %d after %s, warned %q", code, time.Since(begun), warned.String())
				}
				fleet.broken["a"] = tt.agent
				if _, err := find.New(fleet, io.Discard).OfKind(t.Context(), "L", query.State); err == nil {
					t.Error("nobody answered, and that is no error")
				}
				for _, a := range fleet.agents {
					a.Close()
				}
			})
		})
	}
}

func TestHostsOutOfReachAreNamed(t *testing.T) {
	for _, tt := range []struct {
		off     []spec.Host
		pattern spec.Pattern
		want    []spec.Path
		code    int
		warned  string
	}{
		{nil, "//On", []spec.Path{"/a/L/On", "/b/L/On"}, 0, ""},
		{[]spec.Host{"b"}, "//On", []spec.Path{"/a/L/On"}, 4, "warning: b is left out: b sleeps\n"},
		{[]spec.Host{"b"}, "L", []spec.Path{"/a/L/Off", "/a/L/On"}, 4, "warning: b is left out: b sleeps\n"},
		{[]spec.Host{"b"}, "//on", []spec.Path{"/a/L/On"}, 4, "warning: b is left out: b sleeps\nnote: //on is taken as //On\n"},
		{[]spec.Host{"a", "b"}, "", nil, 4, "warning: a is left out: a sleeps\nwarning: b is left out: b sleeps\n"},
	} {
		var warned strings.Builder
		f := find.New(newHalfFleet(t, tt.off...), &warned)
		found, err := f.OfKind(t.Context(), tt.pattern, query.State)
		if err == nil {
			err = f.Incomplete()
		}
		got, code := find.PathsOf(found), output.ExitCode(err)
		if !slices.Equal(got, tt.want) || code != tt.code || (err != nil) != (code != 0) || warned.String() != tt.warned {
			t.Errorf("%s with %v off: %v, code %d, error %v, warnings %q; want %v, code %d, warnings %q",
				tt.pattern, tt.off, got, code, err, warned.String(), tt.want, tt.code, tt.warned)
		}
	}
}
