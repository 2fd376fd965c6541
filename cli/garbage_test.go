package cli_test

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/armonic/armonic/cli"
)

// Garbage is collected late at first, for short commands, and often from the first collection on.
func TestGarbageOfLongCommandsIsCollectedOften(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	percent := func() uint64 {
		s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC() // what is underway does not count
	cli.CollectGarbage()
	for range 10_000 {
		if percent() == 50 {
			return
		}
		runtime.GC()
		runtime.Gosched()
	}
	t.Errorf("it is collected at %d percent", percent())
}
