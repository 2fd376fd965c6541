package resolver_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/resolver"
)

// What a call returned is typed once: the question, the steps of the node and the task of
// the plan hold the same list. (What somebody types, and what the agent does with
// it, is counted in deploy and agentd.)
func TestWhatACallReturnedIsTypedOnce(t *testing.T) {
	w := newWorld(t, txtar.Parse([]byte(`
-- m.star --
def give(ctx):
    return {"names": ["a", "b"]}
lifecycle("Giver", states = [state("Off"), state("On", provides = [
    provide("give", give, returns = [var("names", list_of(str))])])])
def take(ctx):
    pass
lifecycle("Taker", states = [state("Off"), state("On", provides = [
    provide("take", take, requires = [require_local("from", "//Giver//give", returns = [var("names", list_of(str))])])])])
-- world --
root //Taker//take
hosts h
-- answers --
. host = h
-- returns --
./On.take.from = {names: [a, b]}
`)))
	res := w.resolve(t)
	if res.Plan == nil {
		t.Fatalf("no plan: %+v", res.Problems)
	}
	var asked []any
	for _, q := range res.Questions {
		if q.Source == resolver.Returned {
			asked, _ = q.Value.([]any)
		}
	}
	steps := res.Root.Steps
	tasks := res.Plan.Tasks[len(res.Plan.Tasks)-1].Steps
	for where, x := range map[string]any{
		"the node": steps[len(steps)-1].Inputs["from"][0]["names"], "the plan": tasks[len(tasks)-1].Inputs["from"][0]["names"],
	} {
		if list, ok := x.([]any); !ok || len(asked) != 2 || &list[0] != &asked[0] {
			t.Errorf("%s has %v, a list of its own beside the question's %v", where, x, asked)
		}
	}
}
