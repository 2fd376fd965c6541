package reload_test

import (
	"testing"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
)

// What comes with the program cannot change, and is not walked again: an agent that is idle looks
// every two seconds, and would make garbage of it.
func TestWhatComesWithTheProgramIsNotLookedAtAgain(t *testing.T) {
	r := reload.New(modules.Config{}, modules.Defaults()...)
	if got := r.Poll(); !got.Changed || len(got.Errors) > 0 {
		t.Fatalf("at first: changed %v, %v", got.Changed, got.Errors)
	}
	if n := testing.AllocsPerRun(10, func() {
		if r.Poll().Changed {
			t.Error("it changed")
		}
	}); n > 50 {
		t.Errorf("a look allocates %.0f times", n)
	}
}
