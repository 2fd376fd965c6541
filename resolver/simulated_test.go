package resolver_test

import (
	"testing"

	"github.com/armonic/armonic/resolver"
)

func TestHowMuchOfAPlanPretends(t *testing.T) {
	for want, tasks := range map[string][]bool{"": {false, false}, "partly simulated": {false, true}, "simulated": {true, true}} {
		p := &resolver.Plan{}
		for _, s := range tasks {
			p.Tasks = append(p.Tasks, resolver.Task{Simulated: s})
		}
		if got := p.Simulation(); got != want {
			t.Errorf("%v: %q, want %q", tasks, got, want)
		}
	}
	if got := (&resolver.Plan{}).Simulation(); got != "" {
		t.Errorf("a plan that does nothing is %q", got)
	}
}
