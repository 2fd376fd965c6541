package cli_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// lateFleet has the hosts a and c, which answer at once, and b, which takes its time.
type lateFleet struct {
	agents map[spec.Host]spec.Agent
}

func (f lateFleet) Name() string { return "late" }

func (f lateFleet) Hosts() []spec.HostStatus {
	return []spec.HostStatus{{Host: "a", Link: spec.LinkOn}, {Host: "b", Link: spec.LinkOn}, {Host: "c", Link: spec.LinkOn}}
}

func (f lateFleet) Agent(h spec.Host) (spec.Agent, error) { return f.agents[h], nil }

// slow is an agent that answers after a while.
type slow struct {
	spec.Agent
	after time.Duration
	later bool // it answers the first question at once
}

func (s slow) wait(ctx context.Context) error {
	select {
	case <-time.After(s.after):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slow) Describe(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	if !s.later {
		if err := s.wait(ctx); err != nil {
			return nil, err
		}
	}
	return s.Agent.Describe(ctx, p)
}

func (s slow) Stacks(ctx context.Context) ([]spec.Stack, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Agent.Stacks(ctx)
}

func (s slow) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Agent.BriefStacks(ctx)
}

func (s slow) Info(ctx context.Context) (spec.Info, error) {
	if err := s.wait(ctx); err != nil {
		return spec.Info{}, err
	}
	return s.Agent.Info(ctx)
}

// timed notes when each line was written.
type timed struct {
	since time.Time
	begun string // a line whose end has not come
	lines []string
}

func (w *timed) Write(b []byte) (int, error) {
	w.begun += string(b)
	for {
		line, rest, ended := strings.Cut(w.begun, "\n")
		if !ended {
			return len(b), nil
		}
		w.begun = rest
		w.lines = append(w.lines, fmt.Sprintf("%.0fs %s", time.Since(w.since).Seconds(), strings.Join(strings.Fields(line), " ")))
	}
}

// What hosts answer is printed without waiting for one that takes long: its own answer
// comes below, or it is named with the reason.
func TestAnswersArePrintedBeforeThoseOfLateHosts(t *testing.T) {
	for _, tt := range []struct {
		args  []string
		after time.Duration
		want  string
		code  int
		later bool
	}{
		{[]string{"state-current"}, time.Hour, "2s waiting for the answer of b\n2s /a/L Off\n2s /c/L Off\n17s warning: b is left out: b did not answer within 15s", 4, false},
		{[]string{"state-current"}, 5 * time.Second, "2s waiting for the answer of b\n2s /a/L Off\n2s /c/L Off\n12s /b/L Off\n12s /b/Only Off", 0, false},
		{[]string{"state-current", "Only"}, 5 * time.Second, "2s waiting for the answer of b\n12s /b/Only Off", 0, false},
		{[]string{"info"}, time.Hour, "2s waiting for the answer of b\n2s HOST SYSTEM ADDRESS VERSION LOAD DOING\n2s a unknown 0.00 nothing\n2s c unknown 0.00 nothing\n17s warning: b is left out: b did not answer within 15s", 4, false},
		{[]string{"state-current"}, 5 * time.Second, "2s waiting for the answer of b\n5s /a/L Off\n5s /b/L Off\n5s /b/Only Off\n5s /c/L Off", 0, true},
		{[]string{"lifecycle"}, 0, "0s /a/L\n0s /b/L\n0s /b/Only\n0s /c/L", 0, false},
	} {
		t.Run(fmt.Sprint(tt.args, tt.after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := lateFleet{map[spec.Host]spec.Agent{}}
				for _, h := range f.Hosts() {
					ls := []*lifecycle.Lifecycle{{Name: "L", States: []*lifecycle.State{{Name: "Off"}, {Name: "On"}}}}
					if h.Host == "b" {
						ls = append(ls, &lifecycle.Lifecycle{Name: "Only", States: []*lifecycle.State{{Name: "Off"}}})
					}
					a, err := agentd.New(agentd.Config{Info: spec.Info{Host: h.Host}, Lifecycles: ls, Store: lifecycle.NewMemory()})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(a.Close)
					f.agents[h.Host] = a
					if h.Host == "b" {
						f.agents[h.Host] = slow{a, tt.after, tt.later}
					}
				}
				out := &timed{since: time.Now()}
				code := cli.RunOn(f, tt.args, cli.Streams{In: strings.NewReader(""), Out: out, Err: out})
				if got := strings.Join(out.lines, "\n"); got != tt.want || code != tt.code {
					t.Errorf("code %d, printed\n%s\nwant %d,\n%s", code, got, tt.code, tt.want)
				}
			})
		})
	}
}
