package roster

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// mostRequests is how many accounts that ask to be in the fleet are remembered.
const mostRequests = 1000

// Fleet is a master's end: who is in its roster, and how each is.
type Fleet struct {
	connector *session.Connector
	config    Config
	log       *slog.Logger

	mu        sync.Mutex
	hosts     map[session.JID]*host // by bare address
	requests  map[session.JID]bool
	decisions map[session.JID]string // what persons decided of accounts: approved or forgotten
	unusable  map[session.JID]bool   // no host can have their names
	loaded    bool                   // the server has said who is in the fleet, in this session
	sessions  int                    // so far
	approved  map[session.JID]bool   // in this session, and not seen since
	changed   chan struct{}          // closed, and replaced, when anything above changes
}

// Config says what a fleet has to be told. None of it may wait, and all of it may be nil.
type Config struct {
	Approve func(session.JID) bool                    // may an account that asks be in the fleet?
	Vouched func(*session.Session, session.JID) bool  // is that a person's word, or anybody's by asking?
	Seen    func(session.JID) (time.Time, spec.RunID) // when a host was known last, before this fleet was; which run it executed then
	Logger  *slog.Logger
}

// NewFleet is the fleet of the account that a connector keeps connected.
func NewFleet(k *session.Connector, c Config) *Fleet {
	return &Fleet{connector: k, config: c, log: c.Logger, hosts: map[session.JID]*host{}, requests: map[session.JID]bool{},
		decisions: map[session.JID]string{}, unusable: map[session.JID]bool{},
		approved: map[session.JID]bool{}, changed: make(chan struct{})}
}

// Ready waits until the client is connected and has been told who is online. The
// error is that of ctx, or of the first attempt to connect that fails.
func (f *Fleet) Ready(ctx context.Context) error {
	if _, err := f.connector.Wait(ctx, false); err != nil {
		return err
	}
	const quiet, enough = 150 * time.Millisecond, 2 * time.Second // without news; with
	until := time.Now().Add(enough)
	for {
		f.mu.Lock()
		loaded, changed, expects := f.loaded, f.changed, f.expects()
		known := !expects && f.allKnown()
		f.mu.Unlock()
		if loaded && (known || time.Now().After(until)) {
			return nil
		}
		t := time.NewTimer(quiet)
		select {
		case <-changed:
		case <-t.C:
			if loaded && !expects { // nobody has said anything for a while
				return nil
			}
			if st := f.connector.Status(); st.Session == nil && st.Err != nil {
				return st.Err
			}
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		t.Stop()
	}
}

// expects reports whether something is about to be heard of a host; the lock is held.
func (f *Fleet) expects() bool {
	if len(f.approved) > 0 {
		return true
	}
	for _, h := range f.hosts {
		if h.expected && !h.known {
			return true
		}
	}
	return false
}

// allKnown reports whether every host was heard of; the lock is held.
func (f *Fleet) allKnown() bool {
	for _, h := range f.hosts {
		if !h.known {
			return false
		}
	}
	return true
}

// Hosts lists the fleet by name.
func (f *Fleet) Hosts() []spec.HostStatus {
	hosts, _ := f.Watch()
	return hosts
}

// Watch is Hosts, and a channel that is closed when any of it has changed.
func (f *Fleet) Watch() ([]spec.HostStatus, <-chan struct{}) {
	st := f.connector.Status()
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]spec.HostStatus, 0, len(f.hosts))
	for _, h := range f.hosts {
		view := h.HostStatus
		if st.Session == nil {
			view.Why = "this client is not connected to the server"
		}
		out = append(out, view)
	}
	slices.SortFunc(out, func(a, b spec.HostStatus) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Account, b.Account))
	})
	return out, f.changed
}

// Find gives the host of a name; the error is spec.NotFound, or spec.Ambiguous.
func (f *Fleet) Find(name spec.Host) (spec.HostStatus, error) {
	var found []spec.HostStatus
	f.mu.Lock()
	for _, h := range f.hosts {
		if h.Host == name {
			found = append(found, h.HostStatus)
		}
	}
	f.mu.Unlock()
	if len(found) == 1 {
		return found[0], nil
	}
	all := f.Hosts()
	switch {
	case len(found) > 1:
		slices.SortFunc(found, func(a, b spec.HostStatus) int { return cmp.Compare(a.Account, b.Account) })
		return spec.HostStatus{}, spec.Errorf(spec.Ambiguous, "there are %d agents %q", len(found), string(name)).
			WithHint("they are %s and %s: give one an account of another name, or take it out of the fleet with armonic forget", found[0].Account, found[1].Account)
	case len(all) == 0:
		return spec.HostStatus{}, spec.Errorf(spec.NotFound, "there is no agent %q", string(name)).WithHint("no agent is in the fleet")
	}
	names := make([]string, len(all))
	for i, h := range all {
		names[i] = string(h.Host)
	}
	return spec.HostStatus{}, spec.Errorf(spec.NotFound, "there is no agent %q", string(name)).WithHint("the hosts are %s", strings.Join(names, ", "))
}

// Requests lists the accounts that ask to be in the fleet and were not approved.
func (f *Fleet) Requests() []session.JID { return f.sorted(f.requests) }

// Unusable lists the accounts that are not in the fleet because no host can have their names.
func (f *Fleet) Unusable() []session.JID { return f.sorted(f.unusable) }

func (f *Fleet) sorted(set map[session.JID]bool) []session.JID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(set))
}

// Approve takes an account into the fleet, whether or not it has asked yet. The error
// is spec.Invalid if no host can have its name, and spec.Unavailable if the client is not
// connected.
func (f *Fleet) Approve(jid session.JID) error {
	if err := spec.Host(jid.Local()).Check(); err != nil {
		return err
	}
	f.change(func() { delete(f.requests, jid.Bare()) })
	return f.send(append([]*session.Element{putIn(decisionOn(jid), approved)}, approval(jid)...)...)
}

// Remove takes an account out of the fleet. It is let in again only by Approve.
func (f *Fleet) Remove(jid session.JID) error {
	return f.send(putIn(decisionOn(jid), forgotten), subscription("unsubscribe", jid), subscription("unsubscribed", jid))
}

func (f *Fleet) send(all ...*session.Element) error {
	s := f.connector.Status().Session
	if s == nil {
		return f.Disconnected()
	}
	for _, e := range all {
		if err := s.Send(e); err != nil {
			return err
		}
	}
	return nil
}

// Disconnected says that the client is, and what it does about it.
func (f *Fleet) Disconnected() *spec.Error {
	st := f.connector.Status()
	e := spec.Errorf(spec.Unavailable, "this client is not connected to the server")
	if st.Err != nil {
		e.Msg += ": " + st.Err.Error()
		e.Hint = spec.HintOf(st.Err)
	}
	if left := time.Until(st.Next).Round(time.Second); e.Hint == "" && left > 0 {
		e.Hint = fmt.Sprintf("it tries again in %s", left)
	}
	return e
}

// change makes a change of what is watched.
func (f *Fleet) change(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
	close(f.changed)
	f.changed = make(chan struct{})
}
