package reload_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
)

// BenchmarkPollUnchanged looks whether any of a hundred files has changed.
func BenchmarkPollUnchanged(b *testing.B) {
	files := fstest.MapFS{}
	for i := range 100 {
		files[fmt.Sprintf("m%d.star", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `lifecycle("L%d", states = [state("Off")])`, i)}
	}
	r := reload.New(modules.Config{}, modules.Source{Name: "test", FS: files})
	r.Poll()
	for b.Loop() {
		if got := r.Poll(); got.Changed {
			b.Fatal("it changed")
		}
	}
}
