package agent

import (
	"context"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/output"
)

// notifyStatus shows a line in systemctl status. What servers say may be in it. It must
// not become a second line, which systemd would take for an order.
func notifyStatus(status string) { _, _ = systemd.SdNotify(false, "STATUS="+output.Clean(status)) }

// watchdog tells systemd that the agent is alive, as often as it wants to hear it,
// until stop is called. An agent that is stuck says nothing, and is started again.
func watchdog(s *agentd.Service) (stop func()) {
	every, err := systemd.SdWatchdogEnabled(false)
	if err != nil || every <= 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(every / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if _, err := s.Info(ctx); err == nil {
					_, _ = systemd.SdNotify(false, systemd.SdNotifyWatchdog)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}
