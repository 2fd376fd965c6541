package agent

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
)

// By how many percent the heap grows until garbage is collected. An agent is idle nearly always: then
// less memory is worth more than time. One that executes runs would collect most of the time.
const (
	growthIdle    = 40
	growthWorking = 200
)

// How long after its start an agent gives back what only that needed, and how often it does so
// later; and how long after a run it counts as idle. It is often enough for the runtime, which would
// collect garbage after two minutes, and need many pages of the program for that, to find it done.
const (
	frugalAfter = 10 * time.Second
	frugalEvery = time.Minute
)

// settleTime is between collecting garbage, which makes stacks small, and giving back the pages of the
// program once more: what stacks need to grow again is not needed after it.
const settleTime = 5 * time.Second

// beModest has the agent take little of its host: of memory, and one processor at a time. It does
// one thing after the other, and more processors would only look for work.
func beModest() {
	setGrowth(growthIdle)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
}

// setGrowth has no effect if the environment says something else.
func setGrowth(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// frugal gives memory back that an idle agent does not need, until stop is called. Begins has a token
// when a run has begun.
func frugal(s *agentd.Service, begins <-chan struct{}) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		wait, calm, working, collected := time.NewTimer(frugalAfter), time.NewTimer(frugalAfter), false, false
		defer wait.Stop()
		defer calm.Stop()
		idle := func() bool {
			i, err := s.Info(ctx)
			return err == nil && i.Busy == ""
		}
		for {
			select {
			case <-begins:
				if !working {
					working = true
					setGrowth(growthWorking)
				}
				calm.Reset(frugalAfter)
			case <-calm.C:
				if working = working && !idle(); working {
					calm.Reset(frugalAfter)
				} else {
					setGrowth(growthIdle)
				}
			case <-wait.C:
				switch { // not after each run: to map everything again costs more than a short run
				case working || !idle():
					collected = false
				case collected:
					inprocess.GiveBack()
					collected = false
				default:
					debug.FreeOSMemory()
					inprocess.GiveBack()
					collected = true
				}
				if collected {
					wait.Reset(settleTime)
				} else {
					wait.Reset(frugalEvery - settleTime)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}
