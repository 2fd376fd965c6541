package actions_test

import (
	"sync"
	"testing"

	"github.com/armonic/armonic/spec"
)

// A function may be called by several agents at once.
func TestCallsAreIndependent(t *testing.T) {
	do := action(t, `require("r", var("v", int))`, "n = 0\nfor i in range(1000):\n    n += ctx.req.r.v\nreturn n")
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			got, err := do(t.Context(), new(log).call(spec.Inputs{"r": {{"v": i}}}))
			if err != nil || got != 1000*i {
				t.Errorf("%d: %v, %v", i, got, err)
			}
		})
	}
	wait.Wait()
}
