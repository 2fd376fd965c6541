package connect_test

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
)

// Whoever shows the demo gets the same fleet as who does not, though later.
func TestTheDemoThatStartsLater(t *testing.T) {
	open := func(shows bool) []spec.Host {
		f, closeFleet, err := connect.Open(t.Context(), &settings.Global{Demo: true}, output.Streams{Err: io.Discard}, shows)
		if err != nil {
			t.Fatal(err)
		}
		defer closeFleet()
		var names []spec.Host
		for _, h := range f.Hosts() {
			a, err := f.Agent(h.Host)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Info(t.Context()); err != nil {
				t.Fatal(err)
			}
			names = append(names, h.Host)
		}
		if f.Name() != inprocess.DemoName {
			t.Errorf("it is called %s", f.Name())
		}
		return names
	}
	if diff := cmp.Diff(open(false), open(true)); diff != "" {
		t.Errorf("-at once +later:\n%s", diff)
	}
	_, closeFleet, err := connect.Open(t.Context(), &settings.Global{Demo: true}, output.Streams{Err: io.Discard}, true)
	if err != nil {
		t.Fatal(err)
	}
	closeFleet() // nobody has asked it for anything
}
