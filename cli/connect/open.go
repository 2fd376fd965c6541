package connect

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

// StopTime is how long running steps may take to notice that they are cancelled.
const StopTime = 10 * time.Second

// Open makes the fleet that the flags and settings name. Warnings go to s.Err. If
// shows, the caller shows how the connection is: then one that cannot be made yet is no
// error. closeFleet ends it.
func Open(ctx context.Context, g *settings.Global, s output.Streams, shows bool) (fleet deploy.Fleet, closeFleet func(), err error) {
	if f := cmp.Or(g.Fleet, g.Opened); f != nil {
		return f, func() {}, nil
	}
	if g.WatchForCrash != nil {
		_ = g.WatchForCrash(settings.StateDir()) // without a report it works as well
	}
	warn := s.Err
	if g.Demo && g.Local {
		return nil, nil, spec.Errorf(spec.Invalid, "--demo and --local cannot be had together")
	}
	if !g.Demo && !g.Local {
		c, _, err := g.Client()
		if err != nil {
			return nil, nil, err
		}
		f, err := openLive(ctx, c, s, shows)
		if err != nil {
			return nil, nil, err
		}
		return f, f.Close, nil
	}
	system, err := inprocess.ParseOS(g.OS)
	if err != nil {
		return nil, nil, err
	}
	if g.Demo {
		if system == (spec.OS{}) {
			system = spec.OS{Name: "debian", Release: "13"}
		}
		if shows && len(g.ModuleDirs) == 0 {
			f := newLaterDemo(g, system)
			return f, f.close, nil
		}
		f, stop, err := startDemo(g, system, warn)
		if err != nil {
			return nil, nil, err
		}
		return f, stop, nil
	}
	machine := host.New(g.LocalState())
	loader, set, err := load(g, machine, warn)
	if err != nil {
		return nil, nil, err
	}
	f, err := inprocess.OpenLocal(set.Lifecycles, g.LocalState(), machine, system, g.StepLimit, warn)
	if err != nil {
		return nil, nil, err
	}
	stop := inprocess.KeepLoaded(loader, f.Service)
	return f, func() { stop(); f.Close() }, nil
}

// startDemo starts the fleet of the demo; stop ends it.
func startDemo(g *settings.Global, system spec.OS, warn io.Writer) (f *agentd.Fleet, stop func(), err error) {
	loader, set, err := load(g, host.New(""), warn)
	if err != nil {
		return nil, nil, err
	}
	if f, err = inprocess.NewDemo(set.Lifecycles, g.DemoPace, system); err != nil {
		return nil, nil, err
	}
	keep := inprocess.KeepLoaded(loader, slices.Collect(maps.Values(f.Services))...)
	return f, func() { keep(); f.Close() }, nil
}

// load gives the modules of agents in this process. Warnings about them go to warn, or nowhere.
func load(g *settings.Global, machine *host.Host, warn io.Writer) (*reload.Reloader, *modules.Set, error) {
	loader, set, err := inprocess.Load(g, machine)
	if err != nil || warn == nil {
		return loader, set, err
	}
	for _, w := range set.Warnings {
		_, _ = io.WriteString(warn, "warning: "+set.Explain(w)+"\n")
	}
	return loader, set, nil
}

// connectTime bounds how long a command waits for the server at first.
const connectTime = 20 * time.Second

// Live are the agents that an XMPP server connects us with.
type Live struct {
	*xmpp.Client
	Account session.Account // whose fleet it is

	seen *lastSeen
	stop func() // ends what watches the connection
}

// Named is an error if no account is named, for commands that are of no use without a server.
func Named(g *settings.Global) error {
	c, _, err := g.Client()
	if err == nil && c.JID == "" {
		err = spec.Errorf(spec.Invalid, "no account on an XMPP server is named").
			WithHint("name yours with --jid NAME@DOMAIN, or as jid in %s; armonic server init --install makes a server, and one for you", lastOf(settings.ClientFiles()))
	}
	return err
}

// openLive connects. If the server cannot be reached now, and the caller shows how the
// connection is, that is no error: it is tried again.
func openLive(ctx context.Context, c config.Client, s output.Streams, shows bool) (*Live, error) {
	if c.JID == "" {
		return nil, spec.Errorf(spec.Invalid, "no fleet is chosen").
			WithHint("add --demo to use the simulated hosts lb1, web1, web2, web3 and db1, or --local for this host; "+
				"or name your account on an XMPP server with --jid NAME@DOMAIN, or as jid in %s", lastOf(settings.ClientFiles()))
	}
	a, err := Account(ctx, c.Connection, s, nil)
	if err != nil {
		return nil, err
	}
	approve, vouched, err := approval(c.Approve, a.JID)
	if err != nil {
		return nil, err
	}
	f := &Live{Account: a, seen: readLastSeen(a.JID)}
	f.Client = xmpp.NewClient(xmpp.ClientConfig{Open: a.Open, Approve: approve, Vouched: vouched,
		Seen: func(jid session.JID) (time.Time, spec.RunID) {
			was := f.seen.hosts[jid]
			return was.Seen, was.Busy
		}, Name: a.JID.Domain(), Rooms: session.JID(c.Rooms()), Logger: slog.New(slog.DiscardHandler)})
	ready, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	err = f.Ready(ready)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = spec.Errorf(spec.Unavailable, "%s did not answer within %s", a.JID.Domain(), connectTime)
	}
	if err != nil && (!shows || spec.KindOf(err) != spec.Unavailable) {
		f.Client.Close()
		return nil, err
	}
	f.stop = f.seen.saveWork(f.Watch)
	if !shows {
		stopSaving, stopLink := f.stop, reportLink(f.Connector(), s.Err)
		f.stop = func() { stopLink(); stopSaving() }
	}
	return f, nil
}

// Try connects as settings say, and leaves again. The error says why that cannot be.
func Try(ctx context.Context, c config.Client, s output.Streams) error {
	f, err := openLive(ctx, c, s, false)
	if err != nil {
		return err
	}
	f.Close()
	return nil
}

func lastOf(names []string) string { return names[len(names)-1] }

// Hosts lists the agents by name, with what was known of those that are offline.
func (f *Live) Hosts() []spec.HostStatus { return f.seen.fillIn(f.Client.Hosts()) }

// NoteBundles remembers for completion which modules a host says that it has.
func (f *Live) NoteBundles(h spec.Host, all []spec.Bundle) {
	for _, x := range f.Client.Hosts() {
		if x.Host == h {
			f.seen.noteBundles(session.JID(x.Account), all)
		}
	}
}

// Close leaves the server. Agents go on with what they were given.
func (f *Live) Close() {
	f.stop()
	if hosts := f.Client.Hosts(); len(hosts) > 0 || f.Connection().Up {
		f.seen.save(hosts) // else nobody has told us who is in the fleet
	}
	f.Client.Close()
}
