package find_test

import (
	"slices"
	"strings"
	"testing"

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
	return f.agents[h], nil
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
