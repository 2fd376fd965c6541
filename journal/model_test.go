package journal_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Whatever is recorded, in whatever order, and however often the journal is opened
// again: it knows what a store in memory knows, but for what it hides on purpose.
func TestAJournalIsAStoreInMemoryThatLasts(t *testing.T) {
	parent := quick(t)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(parent, "") //nolint:usetesting // one for each of many tries
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, journal.File)
		start := func() *journal.Journal {
			j, err := journal.Open(path, journal.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return j
		}
		j, memory := start(), lifecycle.NewMemory()
		defer func() { j.Close() }()
		name := rapid.SampledFrom([]string{"Web", "Mail/x", "Été"})
		both := func(op func(s lifecycle.Store) error) {
			for _, s := range []lifecycle.Store{j, memory} {
				if err := op(s); err != nil {
					t.Fatal(err)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				n, d := name.Draw(t, "lifecycle"), lifecycle.Doing{Step: drawStep(t), By: "r", Who: "ada", At: drawTime(t)}
				both(func(s lifecycle.Store) error { return s.Begin(n, d) })
			},
			"note": func(t *rapid.T) {
				n, did := name.Draw(t, "lifecycle"), rapid.SliceOfN(rapid.StringMatching(`[a-zé ]{0,20}`), 0, 60).Draw(t, "did")
				both(func(s lifecycle.Store) error { return s.AppendLog(n, did...) })
			},
			"effects": func(t *rapid.T) {
				n, c := name.Draw(t, "lifecycle"), drawEffects(t)
				both(func(s lifecycle.Store) error { return s.RecordEffects(n, c, "a line") })
			},
			"end": func(t *rapid.T) {
				n, o := name.Draw(t, "lifecycle"), drawOutcome(t)
				both(func(s lifecycle.Store) error { return s.End(n, o) })
			},
			"reopen": func(t *rapid.T) {
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
				j = start()
			},
			"": func(t *rapid.T) {
				for _, n := range []string{"Web", "Mail/x", "Été"} {
					want, err := memory.Load(n)
					if err != nil {
						t.Fatal(err)
					}
					got, err := j.Load(n)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(digested(j, want), got, showSecrets, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); diff != "" {
						t.Fatalf("%s, -memory +journal:\n%s", n, diff)
					}
				}
			},
		})
	})
}

// digested turns the secrets of the history into what the journal keeps of them.
func digested(j *journal.Journal, r lifecycle.Record) lifecycle.Record {
	for i, c := range r.Calls {
		if len(c.For) > 0 {
			continue // they are needed again
		}
		r.Calls[i].Returns = digest(j, c.Returns)
		for _, sets := range c.Inputs {
			for _, set := range sets {
				digest(j, map[string]any(set))
			}
		}
	}
	return r
}

func digest(j *journal.Journal, x any) any {
	switch y := x.(type) {
	case value.Secret:
		d, _ := j.Digest(y)
		return d
	case []any:
		for i := range y {
			y[i] = digest(j, y[i])
		}
	case map[string]any:
		for k := range y {
			y[k] = digest(j, y[k])
		}
	}
	return x
}

func drawEffects(t *rapid.T) (c lifecycle.EffectChange) {
	number := rapid.IntRange(1, 6)
	for _, n := range rapid.SliceOfNDistinct(number, 0, 3, rapid.ID[int]).Draw(t, "begun") {
		content := rapid.StringMatching(`[a-c]{0,2}`)
		e := spec.Effect{N: n, Batch: n, State: "A", Provide: "enter", Key: "/etc/x", At: drawTime(t), Secret: rapid.Bool().Draw(t, "secret")}
		e.Before, e.After = fileOf(content.Draw(t, "before"), 0o644), fileOf(content.Draw(t, "after"), 0o600)
		c.Begun = append(c.Begun, e)
	}
	numbers := rapid.SliceOfN(number, 0, 2)
	c.Done, c.Gone = numbers.Draw(t, "done"), numbers.Draw(t, "gone")
	key := rapid.SliceOfN(rapid.SampledFrom([]string{"reload a", "restart b"}), 0, 2)
	c.Owed, c.Settled = key.Draw(t, "owed"), key.Draw(t, "settled")
	return c
}

func drawStep(t *rapid.T) spec.Step {
	return spec.Step{
		Action:  rapid.SampledFrom([]spec.Action{spec.Enter, spec.Leave, spec.Call}).Draw(t, "action"),
		State:   rapid.SampledFrom([]string{"A", "B"}).Draw(t, "state"),
		Provide: rapid.SampledFrom([]string{"", "p"}).Draw(t, "provide"),
		Inputs:  drawInputs(t),
	}
}

func drawTime(t *rapid.T) time.Time {
	return noon.Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "time")))
}

func drawInputs(t *rapid.T) spec.Inputs {
	sets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) spec.Set {
		return rapid.MapOfN(rapid.StringMatching(`[$a-z]{1,4}`), rapid.Custom(drawValue), 0, 3).Draw(t, "set")
	}), 0, 2)
	return rapid.MapOfN(rapid.StringMatching(`[a-z]{1,3}`), sets, 0, 2).Draw(t, "inputs")
}

func drawValue(t *rapid.T) any {
	return rapid.OneOf(
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int().AsAny(), rapid.Int64().AsAny(), rapid.Uint64().AsAny(),
		rapid.Float64().AsAny(), rapid.Just[any](math.Inf(1)), rapid.Just[any](math.NaN()), rapid.String().AsAny(),
		rapid.Just[any]("\xff not UTF-8"), rapid.Just[any](value.Deferred{Node: "./x", Name: "url"}),
		rapid.Custom(func(t *rapid.T) value.Secret {
			return value.Secret(rapid.StringMatching(`[0-9]{4,9}`).Draw(t, "secret"))
		}).AsAny(),
		rapid.Deferred(func() *rapid.Generator[any] { return rapid.SliceOfN(rapid.Custom(drawValue), 0, 3).AsAny() }),
		rapid.Deferred(func() *rapid.Generator[any] {
			return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "$secret", "$pairs", "\xff", ""}), rapid.Custom(drawValue), 0, 3).AsAny()
		}),
	).Draw(t, "value")
}

func drawOutcome(t *rapid.T) lifecycle.Outcome {
	var o lifecycle.Outcome
	if rapid.Bool().Draw(t, "entered") {
		o.Entered = &spec.Applied{State: "A", At: drawTime(t), By: "r", Inputs: drawInputs(t)}
	}
	o.Left = rapid.Bool().Draw(t, "left")
	if rapid.Bool().Draw(t, "called") {
		o.Called = &spec.Called{State: "A", Provide: "p", At: drawTime(t), Took: time.Second, By: "r", Who: "ada", Inputs: drawInputs(t), Returns: drawValue(t)}
	}
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		o.Fault = &spec.Fault{Step: drawStep(t), At: drawTime(t), By: "r", Did: []string{"this"}, Earlier: o.Fault,
			Err: &spec.Error{Kind: spec.Failed, Op: "enter A", At: "a.star:1:2", Msg: "it broke", Hint: "mend it"}}
	}
	return o
}
