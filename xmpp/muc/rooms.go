package muc

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// mostRooms is how many rooms one is in at once. defaultLinger is how long one stays when no
// run of the deployment is active any more.
const (
	mostRooms     = 16
	defaultLinger = time.Minute
)

// Rooms are those that somebody is in: an agent, or a client that follows runs.
type Rooms struct {
	service session.JID                                    // "" has no rooms
	name    func(context.Context, *session.Session) string // what we are called in them
	log     *slog.Logger
	linger  time.Duration
	begin   func(func(context.Context)) // starts a goroutine, which ends with Close
	stop    context.CancelFunc
	work    sync.WaitGroup

	mu      sync.Mutex
	open    map[session.JID]*room
	session *session.Session // nil if there is none
	changed chan struct{}    // closed, and replaced, when the session is another
}

func newRooms(service session.JID, linger time.Duration, log *slog.Logger, name func(context.Context, *session.Session) string) *Rooms {
	if linger <= 0 {
		linger = defaultLinger
	}
	rs := &Rooms{service: service, name: name, log: log, linger: linger, open: map[session.JID]*room{}, changed: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	rs.stop = cancel
	rs.begin = func(fn func(context.Context)) { rs.work.Go(func() { fn(ctx) }) }
	return rs
}

// Close ends what is told, and returns when nothing is any more.
func (rs *Rooms) Close() {
	rs.stop()
	rs.work.Wait()
}

// SetSession tells of a session, or of its end with nil.
func (rs *Rooms) SetSession(s *session.Session) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.session = s
	close(rs.changed)
	rs.changed = make(chan struct{})
}

func (rs *Rooms) current() (*session.Session, <-chan struct{}) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.session, rs.changed
}

// enter gives the room of a deployment for one more run to be told in, nil if we are in too
// many. It does not wait for anything.
func (rs *Rooms) enter(run spec.Run) *room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	at := Address(run.Deployment, rs.service)
	rm := rs.open[at]
	if rm == nil {
		if len(rs.open) >= mostRooms {
			rs.log.Warn("a run is not told in a room: there are too many", "run", run.ID, "deployment", run.Deployment)
			return nil
		}
		rm = newRoom(rs, at, run.Deployment)
		rs.open[at] = rm
		rs.begin(rm.run)
	}
	rm.addRun(1, false)
	return rm
}

// Speaking reports whether anything is left to be said in a room that we are in, or are let
// in.
func (rs *Rooms) Speaking() bool {
	return rs.some((*room).speaking)
}

// Silent reports whether all is said that there is to say.
func (rs *Rooms) Silent() bool {
	return !rs.some((*room).unfinished)
}

func (rs *Rooms) some(is func(*room) bool) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, rm := range rs.open {
		if is(rm) {
			return true
		}
	}
	return false
}

// forget closes a room unless a run has begun that is to be told there.
func (rs *Rooms) forget(rm *room) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rm.active() {
		return false
	}
	delete(rs.open, rm.at)
	return true
}

// Stanza takes what comes from a room, and reports whether it did: the service may be,
// by mistake, a domain that has accounts, too. Rooms pass on what anybody says: a room
// looks only at what concerns our own place in it.
func (rs *Rooms) Stanza(e *session.Element) bool {
	from := e.From()
	if rs.service == "" || from.Domain() != string(rs.service) || e.Local == "iq" {
		return false
	}
	rs.mu.Lock()
	rm := rs.open[from.Bare()]
	rs.mu.Unlock()
	if rm == nil {
		return false
	}
	rm.stanza(e)
	return true
}

// Address is the room of a deployment, "" if there are none.
func (rs *Rooms) Address(d spec.DeploymentID) session.JID {
	if rs.service == "" {
		return ""
	}
	return Address(d, rs.service)
}

// Address is the room of a conference service in which agents say what happens in a
// deployment. Two deployments never share one.
func Address(d spec.DeploymentID, service session.JID) session.JID {
	var b []byte
	for _, c := range []byte(d) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
			b = append(b, c)
		default: // addresses do not have every character, and ignore case
			b = fmt.Appendf(b, "=%02x", c)
		}
	}
	return session.JID(b) + "@" + service
}
