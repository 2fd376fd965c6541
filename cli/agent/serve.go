package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/crash"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// farewellTime is for those who follow runs to hear how they ended.
const farewellTime = 2 * time.Second

// serve runs the agent until it is told to end.
func (d *command) serve(ctx context.Context) error {
	signals := make(chan os.Signal, 2) // the second, too, is one that counts
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)

	beModest()
	log := d.logger()
	acc, err := connect.Account(ctx, d.set.Connection, d.Streams, log)
	if err != nil {
		return err
	}
	acc.Resource = roster.Resource
	service, keeper, end, err := d.service(log)
	if err != nil {
		return err
	}
	defer end()
	if earlier, err := crash.KeepIn(d.set.StateDir); err != nil {
		log.Warn("a report of a crash could not be kept", "error", err)
	} else if earlier != "" {
		log.Error("the agent crashed earlier: please send the report to its developers", "report", earlier)
	}
	log.Info("started", "version", inprocess.Version(), "host", d.jid.Local(), "account", d.jid)
	notifyStatus("connecting to " + d.jid.Domain())
	upgrader, endUpgrades, err := d.upgrader(ctx, service, log)
	if err != nil {
		return err
	}
	defer endUpgrades()
	responder := xmpp.NewResponder(xmpp.ResponderConfig{Open: acc.Open, Agent: service, Masters: d.masters,
		Rooms: session.JID(d.set.Rooms()), Upgrader: upgrader, Modules: keeper, Logger: log})
	d.link.Store(responder.Connector())
	unwatchLink := sync.OnceFunc(connect.WatchLink(responder.Connector(), func(st session.Status) {
		d.reportConnection(log, st)
		if _, err := service.Info(ctx); st.Session != nil && err == nil {
			upgrader.Connected(ctx)
		}
	}))
	defer unwatchLink()
	_, _ = systemd.SdNotify(false, systemd.SdNotifyReady)
	unwatch := watchdog(service)
	defer unwatch()
	lavish := frugal(service, d.begins)
	defer lavish()

	log.Info("ending: the step that is executed is finished; a second signal interrupts it", "signal", <-signals)
	_, _ = systemd.SdNotify(false, systemd.SdNotifyStopping)
	unhurried, hurry := context.WithCancel(context.WithoutCancel(ctx))
	defer hurry()
	go func() { // ends with the signals, or with the program
		s := <-signals
		log.Warn("ending now: the step is interrupted", "signal", s)
		signal.Stop(signals) // a third one ends the program at once
		hurry()
	}()
	if err := service.Drain(unhurried); err != nil {
		log.Warn("the step was interrupted", "error", err)
	}
	unwatchLink() // we know that it ends
	farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	responder.Drain(farewell)
	responder.Close()
	log.Info("ended")
	return nil
}

// reconnect gives up the link to the operators, and makes a new one.
func (d *command) reconnect() {
	if link := d.link.Load(); link != nil {
		link.Reconnect()
	}
}

// reportConnection tells systemd and the log how the connection is.
func (d *command) reportConnection(log *slog.Logger, st session.Status) {
	switch {
	case st.Session != nil:
		notifyStatus("connected as " + string(d.jid))
	case st.Err != nil && !st.Next.IsZero():
		in := time.Until(st.Next).Round(time.Second)
		notifyStatus(fmt.Sprintf("not connected, next try in %s: %v", in, st.Err))
		log.Warn("not connected", "error", st.Err, "hint", spec.HintOf(st.Err), "next", in, "tries", st.Tries)
	}
}

// logger writes to standard error; the system's journal knows the time itself.
func (d *command) logger() *slog.Logger {
	o := &slog.HandlerOptions{Level: d.level}
	if os.Getenv("JOURNAL_STREAM") != "" {
		o.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(d.Err, o))
}

// notifyStatus shows a line in systemctl status. What servers say may be in it. It must
// not become a second line, which systemd would take for an order.
func notifyStatus(status string) { _, _ = systemd.SdNotify(false, "STATUS="+value.OneLine(status)) }

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
