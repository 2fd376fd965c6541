package modules_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Whatever a file holds, loading it ends, does not panic, and each thing that is
// wrong has a place in the file and can be explained.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"testdata/python.star", "testdata/declarations.star", "testdata/targets.star",
		"shipped/webserver.star", "shipped/website.star", "shipped/proxy.star"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, chunk := range strings.Split(string(text), "---\n") {
			f.Add(chunk)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := modules.Config{}.Load(source(map[string]string{"a.star": text}))
		for _, e := range append(modules.Errors(err), set.Warnings...) {
			if e.Kind != spec.Invalid || !strings.HasPrefix(e.At, "test/a.star") || e.Msg == "" {
				t.Errorf("kind %q at %q: %s", e.Kind, e.At, e.Msg)
			}
			set.Explain(e)
		}
		if err == nil {
			for _, l := range set.Lifecycles {
				if err := l.Validate(); err != nil {
					t.Errorf("loads, and is not valid: %v", err)
				}
			}
		}
	})
}
