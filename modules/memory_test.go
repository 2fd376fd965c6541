package modules_test

import (
	"runtime"
	"testing"

	"github.com/armonic/armonic/modules"
)

// A set lives as long as the agent: what was only needed to load it, such as syntax trees, is not kept
// with it.
func TestASetKeepsWhatIsUsedOfIt(t *testing.T) {
	load := func() *modules.Set {
		set, err := modules.Config{}.Load(modules.Defaults()...)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	first := load() // makes what is made once
	before := heap()
	second := load()
	kept := heap() - before
	runtime.KeepAlive(first)
	runtime.KeepAlive(second)
	t.Logf("a set of %d lifecycles has %d kB", len(second.Lifecycles), kept>>10)
	if kept > 1200<<10 {
		t.Errorf("that is too much")
	}
}

// heap is what is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
