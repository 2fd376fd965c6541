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

// mostRooms is how many rooms an agent is in at once. defaultLinger is how long it stays
// when no run of the deployment is active any more.
const (
	mostRooms     = 16
	defaultLinger = time.Minute
	infoTime      = time.Minute // for the agent to say how its host is called
)

// Rooms are those that an agent is in.
type Rooms struct {
	service session.JID // "" has no rooms
	agent   spec.Agent
	log     *slog.Logger
	linger  time.Duration
	begin   func(func(context.Context)) // starts a goroutine, which ends with Close
	stop    context.CancelFunc
	work    sync.WaitGroup

	mu      sync.Mutex
	open    map[session.JID]*room
	runs    map[spec.RunID]bool // that are told, or were
	order   []spec.RunID        // of runs, the oldest first
	session *session.Session    // nil if there is none
	changed chan struct{}       // closed, and replaced, when the session is another
}

// New has what an agent does told in the rooms of a conference service, in none if it is
// "". Linger is how long the agent stays in a room after the last run, 0 is a minute.
func New(service session.JID, agent spec.Agent, linger time.Duration, log *slog.Logger) *Rooms {
	if linger <= 0 {
		linger = defaultLinger
	}
	rs := &Rooms{service: service, agent: agent, log: log, linger: linger,
		open: map[session.JID]*room{}, runs: map[spec.RunID]bool{}, changed: make(chan struct{})}
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

// Wants reports whether a run that is about to be started is to be told in a room. One
// that the agent knows already is told by whoever started it, or it is over.
func (rs *Rooms) Wants(ctx context.Context, run spec.Run) bool {
	if rs.service == "" || run.Deployment == "" || run.ID == "" {
		return false
	}
	rs.mu.Lock()
	told := rs.runs[run.ID]
	rs.mu.Unlock()
	if told {
		return false
	}
	err := rs.agent.Follow(ctx, run.ID, 0, func(spec.Event) error { return context.Canceled })
	return spec.KindOf(err) == spec.NotFound
}

// Tell has a run that was started told in the room of its deployment. It does not
// wait for anything.
func (rs *Rooms) Tell(run spec.Run) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.runs[run.ID] {
		return
	}
	rs.runs[run.ID] = true
	if rs.order = append(rs.order, run.ID); len(rs.order) > spec.MaxRuns {
		delete(rs.runs, rs.order[0])
		rs.order = rs.order[1:]
	}
	at := Address(run.Deployment, rs.service)
	rm := rs.open[at]
	if rm == nil {
		if len(rs.open) >= mostRooms {
			rs.log.Warn("a run is not told in a room: the agent is in too many", "run", run.ID, "deployment", run.Deployment)
			return
		}
		rm = newRoom(rs, at, run.Deployment)
		rs.open[at] = rm
		rs.begin(rm.run)
	}
	rm.addRun(1)
	rs.begin(func(ctx context.Context) {
		defer rm.addRun(-1)
		w := &writer{host: rs.hostName(ctx), run: run}
		w.secrets.Learn(run.Steps)
		err := rs.agent.Follow(ctx, run.ID, 0, func(ev spec.Event) error {
			rm.add(w, ev)
			return nil
		})
		if err != nil && ctx.Err() == nil {
			rs.log.Warn("a run is not told in its room any more", "run", run.ID, "error", err)
		}
	})
}

// hostName is what the agent is called in rooms.
func (rs *Rooms) hostName(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, infoTime)
	defer cancel()
	if info, err := rs.agent.Info(ctx); err == nil && info.Host != "" {
		return string(info.Host)
	}
	return "agent"
}

// Speaking reports whether anything is left to be said in a room that the agent is in.
func (rs *Rooms) Speaking() bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, rm := range rs.open {
		if rm.speaking() {
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
// looks only at what concerns the agent's own place in it.
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
