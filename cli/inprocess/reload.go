package inprocess

import (
	"context"
	"strings"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/modules/reload"
)

// reloadEvery is how often the files of modules are looked at.
const reloadEvery = 2 * time.Second

// KeepLoaded gives agents the modules again whenever their files change, until stop
// is called. What does not load is left as it was, and noted in the agents' Info.
func KeepLoaded(r *reload.Reloader, agents ...*agentd.Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(reloadEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				replace(ctx, r.Poll(), agents)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// replace hands on what a look at the files brought.
func replace(ctx context.Context, r reload.Result, agents []*agentd.Service) {
	if !r.Changed && len(r.Errors) == 0 {
		return
	}
	for _, a := range agents {
		notes := Explain(r)
		if r.Changed {
			if err := a.Replace(ctx, r.Set.Lifecycles); err != nil && ctx.Err() == nil {
				notes = append(notes, strings.Split(err.Error(), "\n")...)
			}
		}
		a.Note(notes)
	}
}
