package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

// connectTime bounds how long a command waits for the server at first.
const connectTime = 20 * time.Second

// liveFleet are the agents that an XMPP server connects us with.
type liveFleet struct {
	client *xmpp.Client
	jid    session.JID
	rooms  session.JID // where the rooms for logs are; "" is nowhere
	known  *knownFleet
	stop   func() // ends what watches the connection
}

// newLive connects. If the server cannot be reached now, and the caller shows how the
// connection is, that is no error: it is tried again.
func newLive(ctx context.Context, c config.Client, s Streams, shows bool) (*liveFleet, error) {
	if c.JID == "" {
		return nil, spec.Errorf(spec.Invalid, "no fleet is chosen").
			WithHint("add --demo to use the simulated hosts lb1, web1, web2, web3 and db1, or --local for this host; "+
				"or name your account on an XMPP server with --jid NAME@DOMAIN, or as jid in %s", lastOf(clientFiles()))
	}
	a, err := account(ctx, c.Connection, s, nil)
	if err != nil {
		return nil, err
	}
	approve, err := approval(c.Approve, a.JID)
	if err != nil {
		return nil, err
	}
	f := &liveFleet{jid: a.JID, rooms: session.JID(c.Rooms()), known: openKnown(a.JID)}
	f.client = xmpp.NewClient(xmpp.ClientConfig{Open: a.Open, Approve: approve, Logger: slog.New(slog.DiscardHandler)})
	ready, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	err = f.client.Ready(ready)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = spec.Errorf(spec.Unavailable, "%s did not answer within %s", a.JID.Domain(), connectTime)
	}
	if err != nil && (!shows || spec.KindOf(err) != spec.Unavailable) {
		f.client.Close()
		return nil, err
	}
	f.stop = func() {}
	if !shows {
		f.stop = tellLink(f.client.Connection(), s.Err)
	}
	return f, nil
}

func lastOf(names []string) string { return names[len(names)-1] }

// approval says whom the settings let into the fleet: by default whoever has an
// account in our own domain.
func approval(patterns []string, own session.JID) (func(session.JID) bool, error) {
	if len(patterns) == 0 {
		patterns = []string{"*@" + own.Domain()}
	}
	exact, domains := map[session.JID]bool{}, map[string]bool{}
	for _, p := range patterns {
		if p == "none" {
			continue
		}
		if domain, all := strings.CutPrefix(p, "*@"); all && domain != "" {
			domains[domain] = true
			continue
		}
		jid, err := session.ParseJID(p)
		if err != nil || jid.Local() == "" {
			return nil, spec.Errorf(spec.Invalid, "approve: %q is not an account", p).WithHint("write name@domain, *@domain, or none")
		}
		exact[jid.Bare()] = true
	}
	return func(jid session.JID) bool {
		return jid != own && jid.Local() != "" && (exact[jid] || domains[jid.Domain()])
	}, nil
}

// Name is the domain.
func (f *liveFleet) Name() string { return f.jid.Domain() }

// Hosts lists the agents by name, with what was known of those that are offline.
func (f *liveFleet) Hosts() []deploy.HostStatus {
	hosts := f.known.recall(f.client.Hosts())
	out := make([]deploy.HostStatus, len(hosts))
	for i, h := range hosts {
		out[i] = deploy.HostStatus{Host: h.Name, Link: deploy.Link(h.Link), Why: h.Why, Since: h.Since,
			Version: h.Version, OS: h.OS, Busy: h.Busy}
	}
	return out
}

// Agent gives the agent of a host.
func (f *liveFleet) Agent(h spec.Host) (spec.Agent, error) {
	found, err := f.client.Find(h)
	if err != nil {
		return nil, err
	}
	return f.client.Agent(found.JID), nil
}

// Room is where what happens in a deployment can be read with any XMPP client, "" if
// nowhere.
func (f *liveFleet) Room(d spec.DeploymentID) string {
	if f.rooms == "" {
		return ""
	}
	return string(xmpp.Room(d, f.rooms))
}

// Connection says how the connection to the server is.
func (f *liveFleet) Connection() deploy.Connection {
	return connectionOf(f.jid.Domain(), f.client.Connection().Status())
}

// RetryNow makes the next try now.
func (f *liveFleet) RetryNow() { f.client.Connection().Retry() }

// Close leaves the server. Agents go on with what they were given.
func (f *liveFleet) Close() {
	f.stop()
	if hosts := f.client.Hosts(); len(hosts) > 0 || f.client.Connection().Status().Session != nil {
		f.known.keep(hosts) // else nobody has told us who is in the fleet
	}
	f.client.Close()
}

func connectionOf(server string, st session.Status) deploy.Connection {
	c := deploy.Connection{Up: st.Session != nil, Server: server, Since: st.Since, Next: st.Next, Tries: st.Tries}
	if st.Err != nil {
		c.Why, c.Hint = st.Err.Error(), spec.HintOf(st.Err)
	}
	return c
}

// tellLink writes a line whenever the connection is lost, cannot be made, or is there
// again, until stop is called.
func tellLink(k *session.Keeper, w io.Writer) (stop func()) {
	return watchLink(k, func(st session.Status) {
		switch {
		case st.Session != nil:
			_, _ = fmt.Fprintln(w, "link: connected again")
		case !st.Next.IsZero():
			_, _ = fmt.Fprintf(w, "link: no connection: %s; next try in %s\n", clean(st.Err.Error()), time.Until(st.Next).Round(time.Second))
		}
	})
}

// tellHost writes a line when the agent of a host is gone, and when it is back, until
// stop is called: who follows a run there waits for it.
func (f *liveFleet) tellHost(name spec.Host, w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		for gone := false; ; {
			hosts, changed := f.client.WatchHosts()
			for _, h := range hosts {
				switch {
				case h.Name != name:
				case h.Link == xmpp.On && gone:
					gone = false
					_, _ = fmt.Fprintf(w, "link: %s is back\n", name)
				case h.Link != xmpp.On && h.Why == offline && !gone:
					gone = true
					_, _ = fmt.Fprintf(w, "link: %s is offline; what became of the run is known when it is back; Ctrl-C ends the waiting\n", name)
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// offline is why a host is not on if the server said so, and not because this command
// has lost the server.
const offline = "offline"

// watchLink calls fn at each change of a connection, and if it could not be made already,
// until stop is called.
func watchLink(k *session.Keeper, fn func(session.Status)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	st, changed := k.Watch()
	go func() {
		defer close(ended)
		if st.Err != nil {
			fn(st)
		}
		for {
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			st, changed = k.Watch()
			fn(st)
		}
	}()
	return func() { cancel(); <-ended }
}
