package agentd_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
)

// Runs are finished, those that wait too, before an agent takes none; and it takes them again
// when it may.
func TestFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		did := 0
		s := slow(t, &did)
		defer s.Close()
		start := func(id spec.RunID) error { return s.Start(t.Context(), work(id, 1)) }
		for _, id := range []spec.RunID{"r1", "r2"} {
			if err := start(id); err != nil {
				t.Fatal(err)
			}
		}
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Finish(hurried); err == nil {
			t.Error("it is finished while a run is executed")
		}
		if err := start("r3"); err != nil {
			t.Errorf("a run, when nobody waits any more: %v", err)
		}
		resume, err := s.Finish(t.Context())
		if err != nil || did != 3 {
			t.Errorf("%d runs were finished (%v)", did, err)
		}
		if err := start("r4"); spec.KindOf(err) != spec.Unavailable {
			t.Errorf("a run while none is taken: %v", err)
		}
		if err := start("r1"); err != nil {
			t.Errorf("a run that is known: %v", err)
		}
		resume()
		if err := start("r4"); err != nil {
			t.Errorf("a run after that: %v", err)
		}
	})
}
