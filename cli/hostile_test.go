package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// tame is what stands for hostile in the agent below its disguise.
const (
	tame    = "Tame"
	hostile = "x\x1b]0;owned\x07\x1b[2J\r\u009b31m\u202e\u200b\x7f\tx\nFORGED line"
)

// hostileFleet has one agent, whose names and texts are hostile.
type hostileFleet struct{ *agentd.Fleet }

func (f hostileFleet) Name() string { return hostile }

func (f hostileFleet) Hosts() []spec.HostStatus { return disguised(f.Fleet.Hosts()) }

func (f hostileFleet) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(spec.Host(uncovered(string(h))))
	return hostileAgent{a}, disguisedError(err)
}

type hostileAgent struct{ a spec.Agent }

func (h hostileAgent) Info(ctx context.Context) (spec.Info, error) {
	return disguise(h.a.Info(ctx))
}

func (h hostileAgent) Describe(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	return disguise(h.a.Describe(ctx, uncovered(p)))
}

func (h hostileAgent) Provides(ctx context.Context, p spec.Pattern) ([]spec.Provide, error) {
	return disguise(h.a.Provides(ctx, uncovered(p)))
}

func (h hostileAgent) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	return disguise(h.a.Route(ctx, uncovered(q)))
}

func (h hostileAgent) Drift(ctx context.Context, lifecycle string) (spec.Drift, error) {
	return disguise(h.a.Drift(ctx, uncovered(lifecycle)))
}

func (h hostileAgent) Paths(ctx context.Context, q spec.PathsQuery) (spec.Paths, error) {
	return disguise(h.a.Paths(ctx, uncovered(q)))
}

func (h hostileAgent) Check(ctx context.Context, w spec.Work) ([]spec.Problem, error) {
	return disguise(h.a.Check(ctx, uncovered(w)))
}

func (h hostileAgent) Preview(ctx context.Context, w spec.Work, then ...spec.Work) ([]spec.StepPreview, error) {
	out, err := h.a.Preview(ctx, uncovered(w), uncovered(then)...)
	for i := range out {
		out[i].Changes = append(out[i].Changes, spec.Change{What: tame})
	}
	return disguise(out, err)
}

func (h hostileAgent) PutDeployment(ctx context.Context, r spec.DeploymentRecord) error {
	return disguisedError(h.a.PutDeployment(ctx, r))
}

func (h hostileAgent) Deployments(ctx context.Context) ([]spec.DeploymentSummary, error) {
	return disguise(h.a.Deployments(ctx))
}

func (h hostileAgent) Deployment(ctx context.Context, id spec.DeploymentID) (spec.DeploymentRecord, error) {
	return disguise(h.a.Deployment(ctx, id))
}

func (h hostileAgent) Propose(ctx context.Context, p spec.Proposal) error {
	return disguisedError(h.a.Propose(ctx, uncovered(p)))
}

func (h hostileAgent) Proposals(ctx context.Context) ([]spec.Proposal, error) {
	return disguise(h.a.Proposals(ctx))
}

func (h hostileAgent) Proposal(ctx context.Context, id spec.DeploymentID) (spec.Proposal, error) {
	return disguise(h.a.Proposal(ctx, id))
}

func (h hostileAgent) Decide(ctx context.Context, d spec.Decision) error {
	return disguisedError(h.a.Decide(ctx, uncovered(d)))
}

func (h hostileAgent) Stacks(ctx context.Context) ([]spec.Stack, error) {
	return disguise(h.a.Stacks(ctx))
}

func (h hostileAgent) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	return disguise(h.a.BriefStacks(ctx))
}

func (h hostileAgent) Start(ctx context.Context, r spec.Run) error {
	return disguisedError(h.a.Start(ctx, uncovered(r)))
}

func (h hostileAgent) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	return disguisedError(h.a.Follow(ctx, id, after, func(ev spec.Event) error { return fn(disguised(ev)) }))
}

func (h hostileAgent) Stop(ctx context.Context, id spec.RunID) error {
	return disguisedError(h.a.Stop(ctx, id))
}

func (h hostileAgent) Confirm(ctx context.Context, id spec.RunID) error {
	return disguisedError(h.a.Confirm(ctx, id))
}

// replaced gives x with another text in each of its texts.
func replaced[T any](x T, from, to string) T {
	text, err := value.Encode(x, value.HandOver())
	if err != nil {
		panic(err)
	}
	f, _ := value.Encode(from, value.HandOver())
	t, _ := value.Encode(to, value.HandOver())
	var out T
	if err := value.Decode(bytes.ReplaceAll(text, bytes.Trim(f, `"`), bytes.Trim(t, `"`)), &out, value.HandOver()); err != nil {
		panic(err)
	}
	return out
}

func disguised[T any](x T) T { return replaced(x, tame, hostile) }

func uncovered[T any](x T) T { return replaced(x, hostile, tame) }

func disguise[T any](x T, err error) (T, error) { return disguised(x), disguisedError(err) }

func disguisedError(err error) error {
	if err == nil {
		return nil
	}
	return disguised(spec.AsError(err))
}

// newHostileFleet has the host web1 and the lifecycle Good, so that patterns can name
// them; all else is hostile.
func newHostileFleet(t *testing.T) hostileFleet {
	t.Helper()
	text := spec.Variable{Name: "tame", Type: spec.Type{Kind: spec.KindStr}, Label: tame, Help: tame, Default: tame}
	lc := func(name string) *lifecycle.Lifecycle {
		return &lifecycle.Lifecycle{Name: name, Doc: tame, States: []*lifecycle.State{
			{Name: tame + "Off", Doc: tame},
			{Name: tame + "On", Doc: tame, Enter: func(_ context.Context, c *lifecycle.Call) error {
				c.Log(spec.LevelInfo, tame)
				return nil
			}, Requires: []spec.Require{{Name: tame, Label: tame, Help: tame, Vars: []spec.Variable{text}}},
				Provides: []*lifecycle.Provide{{Name: "good",
					Provide: spec.Provide{Label: tame, Help: tame, Tags: []string{tame}, Flags: map[string]any{tame: tame},
						Returns: []spec.Variable{{Name: tame, Type: spec.Type{Kind: spec.KindStr}, Label: tame}}},
					Do: func(context.Context, *lifecycle.Call) (any, error) { return map[string]any{tame: tame}, nil },
				}, {Name: "bad",
					Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
						return nil, spec.Errorf(spec.Failed, "%s", tame).WithHint("%s", tame)
					},
				}}},
		}}
	}
	f, err := agentd.Simulate(tame, agentd.Config{Info: spec.Info{Version: tame, OS: spec.OS{Name: "debian", Release: tame}, Notes: []string{tame}},
		Lifecycles: []*lifecycle.Lifecycle{lc("Good"), lc(tame)}}, 1, "web1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return hostileFleet{f}
}

func TestNoCommandPrintsControlCharacters(t *testing.T) {
	f := newHostileFleet(t)
	for _, tt := range []struct {
		line string
		code int
	}{
		{"list", 0},
		{"info", 0},
		{"lifecycle -l", 0},
		{"state -l --path --requires", 0},
		{"state-current", 0},
		{"provide -l --all --path", 0},
		{"xpath //*", 0},
		{"xpath //* --uri", 0},
		{"plot Good", 0},
		{"plot Good -T dot", 0},
		{"plot Good -T mermaid", 0},
		{"plot Good -T xml", 0},
		{"provide-call //Good//good --dry-run", 0},
		{"provide-call //Good//good --check", 0},
		{"provide-call //Good//good", 0},
		{"provide-call //Good//bad", 1},
		{"provide-call //Good//worse", 2},
		{"provide-call //Good//*", 2},
		{"state-goto //Good/*[1] --dry-run", 0},
		{"state-goto //Good/*[1]", 2},
		{"state-goto //Good/*[1] --yes", 0},
		{"deploy //Good//good --on web1", 3},
		{"deploy //Good//good --autofill --dry-run", 0},
		{"deploy //Good//good --autofill --yes", 0},
		{"deploy //Good//bad --autofill --yes", 1},
		{"deploy //Good//worse --autofill --yes", 2},
		{"state-current", 0},
		{"history", 0},
	} {
		for _, form := range []string{"plain", "json"} {
			if form == "json" && strings.Contains(tt.line, " -T ") {
				continue
			}
			t.Run(tt.line+" -o "+form, func(t *testing.T) {
				var out, errs strings.Builder
				code := cli.RunOn(f, append(strings.Fields(tt.line), "-o", form), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
				if tt.code != code {
					t.Errorf("ended with %d, want %d; it said:\n%s%s", code, tt.code, out.String(), errs.String())
				}
				harmless(t, out.String())
				harmless(t, errs.String())
				switch {
				case strings.HasSuffix(tt.line, "xml"):
					wellFormed(t, out.String())
				case form == "json":
					lossless(t, out.String())
				case !strings.Contains(out.String()+errs.String(), "FORGED") && tt.line != "provide-call //Good//good --check":
					t.Errorf("nothing of the agent is in it:\n%s%s", out.String(), errs.String())
				}
			})
		}
	}
}

// harmless fails if a text could do something to a terminal, or an agent has a line of
// its own.
func harmless(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "FORGED") {
			t.Errorf("an agent wrote the line %q", line)
		}
		for _, r := range strings.TrimSuffix(line, "\n") {
			if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				t.Errorf("%U is in %q", r, line)
				break
			}
		}
	}
}

// lossless fails if the texts of agents did not survive in JSON.
func lossless(t *testing.T, text string) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	for {
		var x any
		err := dec.Decode(&x)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if again, _ := json.Marshal(x); bytes.Contains(again, []byte("FORGED")) && !strings.Contains(decoded(x), hostile) {
			t.Errorf("the text of the agent changed in %s", again)
		}
	}
}

// decoded are all texts of a JSON value.
func decoded(x any) string {
	var b strings.Builder
	switch x := x.(type) {
	case string:
		return x + " "
	case []any:
		for _, y := range x {
			b.WriteString(decoded(y))
		}
	case map[string]any:
		for k, y := range x {
			b.WriteString(k + " " + decoded(y))
		}
	}
	return b.String()
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
