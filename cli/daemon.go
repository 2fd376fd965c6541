package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

// loadModules reads the modules that the settings of an agent name. Folders that are
// not there are left out.
func (d *daemon) loadModules() (*modules.Reloader, modules.Reload, error) {
	var sources []modules.Source
	if d.set.DefaultModules {
		sources = append(sources, modules.ShippedSource())
	}
	usual := config.DefaultAgent().ModuleDirs
	for _, dir := range d.set.ModuleDirs {
		if _, err := os.Stat(dir); err != nil && slices.Contains(usual, dir) {
			continue // nobody asked for it
		}
		src, err := modules.Open(dir)
		if err != nil {
			return nil, modules.Reload{}, err
		}
		sources = append(sources, src)
	}
	r := modules.NewReloader(modules.Config{Machine: host.New()}, sources...)
	first := r.Poll()
	return r, first, nil
}

// farewellTime is for those who follow runs to hear how they ended.
const farewellTime = 2 * time.Second

// serve runs the agent until it is told to end.
func (d *daemon) serve(ctx context.Context) error {
	signals := make(chan os.Signal, 2) // the second, too, is one that counts
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	defer signal.Stop(signals)

	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // an agent is idle nearly always: less memory is worth more than time
	}
	log := d.logger()
	acc, err := account(ctx, d.set.Connection, d.Streams, log)
	if err != nil {
		return err
	}
	acc.Resource = xmpp.Resource
	service, end, err := d.service(log)
	if err != nil {
		return err
	}
	defer end()
	log.Info("started", "version", version(), "host", d.jid.Local(), "account", d.jid)
	tell("connecting to " + d.jid.Domain())
	responder := xmpp.NewResponder(xmpp.ResponderConfig{Open: acc.Open, Agent: service, Masters: d.masters,
		Rooms: session.JID(d.set.Rooms()), Logger: log})
	unwatchLink := sync.OnceFunc(watchLink(responder.Connection(), func(st session.Status) { d.linked(log, st) }))
	defer unwatchLink()
	_, _ = systemd.SdNotify(false, systemd.SdNotifyReady)
	unwatch := watchdog(service)
	defer unwatch()

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
	responder.Finish(farewell)
	responder.Close()
	log.Info("ended")
	return nil
}

// service makes the agent with what it remembers; end stops it. A module that does not
// load is left out and noted: an agent that did not start could not even say so.
func (d *daemon) service(log *slog.Logger) (s *agentd.Service, end func(), err error) {
	loader, first, err := d.loadModules()
	if err != nil {
		return nil, nil, err
	}
	for _, e := range first.Errors {
		log.Error("a module does not load and is left out", "error", e, "hint", e.Hint)
	}
	for _, w := range first.Set.Warnings {
		log.Warn("a module may be wrong", "module", first.Set.Explain(w))
	}
	c := agentd.Config{Lifecycles: first.Set.Lifecycles, Limit: d.set.StepLimit, Logger: log, Info: d.info(), Load: loadAverage}
	closeStore := func() {}
	if d.set.Simulation {
		c.Store = lifecycle.NewMemory()
	} else {
		var j *journal.Journal
		if j, err = openJournal(d.set.StateDir, d.Err); err != nil {
			return nil, nil, err
		}
		c.Store, c.RunStore = j, j
		closeStore = func() { _ = j.Close() } // all it was given is on the disk already
	}
	if s, err = agentd.New(c); err != nil {
		closeStore()
		return nil, nil, err
	}
	s.Note(explain(first))
	stop := keepLoaded(loader, s)
	return s, func() { stop(); s.Close(); closeStore() }, nil
}

// info is what the agent says of this host.
func (d *daemon) info() spec.Info {
	i := spec.Info{Host: spec.Host(d.jid.Local()), Address: d.set.PublicIP, OS: d.os, Version: version(),
		Simulated: d.set.Simulation, Since: time.Now()}
	if i.OS == (spec.OS{}) {
		i.OS = detectOS()
	}
	if i.Address == "" {
		i.Address = string(i.Host)
		if name, err := hostName(); err == nil {
			i.Address = string(name)
		}
	}
	return i
}

// linked tells systemd and the log how the connection is.
func (d *daemon) linked(log *slog.Logger, st session.Status) {
	switch {
	case st.Session != nil:
		tell("connected as " + string(d.jid))
	case st.Err != nil && !st.Next.IsZero():
		in := time.Until(st.Next).Round(time.Second)
		tell(fmt.Sprintf("not connected, next try in %s: %v", in, st.Err))
		log.Warn("not connected", "error", st.Err, "hint", spec.HintOf(st.Err), "next", in, "tries", st.Tries)
	}
}

// tell shows a line in systemctl status. What servers say may be in it, and must not
// become another line: systemd takes those for orders.
func tell(status string) { _, _ = systemd.SdNotify(false, "STATUS="+clean(status)) }

// logger writes to standard error; the system's journal knows the time itself.
func (d *daemon) logger() *slog.Logger {
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
