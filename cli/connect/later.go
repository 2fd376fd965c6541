package connect

import (
	"sync"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
)

// laterDemo is the fleet of the demo with the shipped modules, which starts when it is first
// asked for something: until then the UI has shown a frame. That it starts is tested, so
// there is no error that would be told too late.
type laterDemo struct {
	start func() (*agentd.Fleet, func())
	began chan struct{} // closed when somebody has asked
	once  sync.Once
}

func newLaterDemo(g *settings.Global, system spec.OS) *laterDemo {
	f := &laterDemo{began: make(chan struct{})}
	f.start = sync.OnceValues(func() (*agentd.Fleet, func()) {
		f.once.Do(func() { close(f.began) })
		demo, stop, err := startDemo(g, system, nil)
		if err != nil {
			panic(err) // what is shipped is broken
		}
		return demo, stop
	})
	return f
}

// Name is that of the demo.
func (f *laterDemo) Name() string { return inprocess.DemoName }

// Hosts are those of the demo.
func (f *laterDemo) Hosts() []spec.HostStatus {
	demo, _ := f.start()
	return demo.Hosts()
}

// Agent gives the agent of a host of the demo.
func (f *laterDemo) Agent(h spec.Host) (spec.Agent, error) {
	demo, _ := f.start()
	return demo.Agent(h)
}

// close ends what was started.
func (f *laterDemo) close() {
	select {
	case <-f.began:
		_, stop := f.start()
		stop()
	default:
	}
}
