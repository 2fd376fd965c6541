package muc

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	defaultPatience = 5 * time.Second  // without a client that tells a run, after which the agent does
	promiseTime     = time.Minute      // likewise if a client is there that is about to
	farewellTime    = 10 * time.Second // after the end of a run, in which the client that told it may turn out to have died
	infoTime        = time.Minute      // for the agent to say how its host is called
)

// Runs has the runs of an agent told in the rooms of their deployments: by a client that
// follows one and tells it, and by the agent as long as there is none.
type Runs struct {
	*Rooms
	agent    spec.Agent
	patience time.Duration

	mu    sync.Mutex
	known map[spec.RunID]bool // that are told, or were
	order []spec.RunID        // of these, the oldest first
	runs  map[spec.RunID]*toldRun
	over  bool
}

// toldRun is a run that is told, by whomever.
type toldRun struct {
	run     spec.Run
	said    int         // number of the last event that was said, as far as is known here
	speaker Speaking    // who tells it; the zero value is nobody, or the agent
	last    session.JID // who told it before
	ended   bool        // and was told to its end
	timer   *time.Timer // when it is over, something has to be done

	told *told // by the agent; nil if it does not tell it
	stop context.CancelFunc
}

// Speaking is one who follows a run and tells it: a full address, and the name of the
// follower.
type Speaking struct {
	Peer   session.JID
	Follow string
}

// Offer is what a client says that would tell a run that it follows.
type Offer struct {
	Service session.JID // the conference service in whose rooms it speaks, or NoRooms
	After   int         // it is told events after this one
	Queued  int         // it has said events up to this one, or is about to
}

// New has what an agent does told in the rooms of a conference service, in none if it is "".
// Patience is how long the agent waits for a client to tell a run, 0 is 5 s. Linger is how
// long it stays in a room after the last run, 0 is a minute.
func New(service session.JID, agent spec.Agent, patience, linger time.Duration, log *slog.Logger) *Runs {
	if patience <= 0 {
		patience = defaultPatience
	}
	name := func(ctx context.Context, _ *session.Session) string { return hostName(ctx, agent) }
	return &Runs{Rooms: newRooms(service, linger, log, name), agent: agent, patience: patience,
		known: map[spec.RunID]bool{}, runs: map[spec.RunID]*toldRun{}}
}

// hostName is what the agent is called in rooms.
func hostName(ctx context.Context, agent spec.Agent) string {
	ctx, cancel := context.WithTimeout(ctx, infoTime)
	defer cancel()
	if info, err := agent.Info(ctx); err == nil && info.Host != "" {
		return string(info.Host)
	}
	return "agent"
}

// Close ends what is told, and returns when nothing is any more.
func (rs *Runs) Close() {
	rs.mu.Lock()
	rs.over = true
	for _, r := range rs.runs {
		r.timer.Stop()
	}
	rs.mu.Unlock()
	rs.Rooms.Close()
}

// Wants reports whether a run that is about to be started is to be told in a room. One
// that the agent knows already is told by whoever started it, or it is over.
func (rs *Runs) Wants(ctx context.Context, run spec.Run) bool {
	if rs.service == "" || run.Deployment == "" || run.ID == "" {
		return false
	}
	rs.mu.Lock()
	known := rs.known[run.ID]
	rs.mu.Unlock()
	if known {
		return false
	}
	err := rs.agent.Follow(ctx, run.ID, 0, func(spec.Event) error { return context.Canceled })
	return spec.KindOf(err) == spec.NotFound
}

// Tell has a run that was started told in the room of its deployment. It does not
// wait for anything.
func (rs *Runs) Tell(run spec.Run) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.known[run.ID] || rs.over {
		return
	}
	rs.known[run.ID] = true
	if rs.order = append(rs.order, run.ID); len(rs.order) > spec.MaxRuns {
		delete(rs.known, rs.order[0])
		rs.order = rs.order[1:]
	}
	r := &toldRun{run: run}
	r.timer = time.AfterFunc(rs.patience, func() { rs.takeOver(r) })
	rs.runs[run.ID] = r
}

// Promised notes that the client that has started a run is about to follow it, and will tell
// it: if the server is slow, agents must not add to what it has to do.
func (rs *Runs) Promised(run spec.RunID, who, service session.JID) {
	if service != rs.service && service != NoRooms {
		return
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r := rs.runs[run]; r != nil && r.speaker == (Speaking{}) && r.told == nil && !r.ended && !rs.over {
		r.last = who
		r.timer.Reset(max(promiseTime, rs.patience))
	}
}

// takeOver has the agent tell a run, unless somebody else does.
func (rs *Runs) takeOver(r *toldRun) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.takeOverLocked(r)
}

func (rs *Runs) takeOverLocked(r *toldRun) {
	if rs.over || rs.runs[r.run.ID] != r || r.speaker != (Speaking{}) || r.told != nil {
		return
	}
	w := newWriter(r.run, "")
	t := rs.tell(w, r.said)
	if t == nil {
		delete(rs.runs, r.run.ID)
		return
	}
	r.told = t
	rs.begin(func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		rs.mu.Lock()
		r.stop = cancel
		stopped := r.told != t
		rs.mu.Unlock()
		if stopped {
			return
		}
		w.host = hostName(ctx, rs.agent)
		err := rs.agent.Follow(ctx, r.run.ID, 0, func(ev spec.Event) error {
			t.add(ev)
			return ctx.Err()
		})
		if err != nil && ctx.Err() == nil {
			rs.log.Warn("a run is not told in its room any more", "run", r.run.ID, "error", err)
		}
		rs.mu.Lock()
		defer rs.mu.Unlock()
		if r.told == t {
			delete(rs.runs, r.run.ID)
			t.room.addRun(-1, false)
		}
	})
}

// Speak takes the offer of a client that follows a run, and says after which event it is to
// tell it, if it is.
func (rs *Runs) Speak(run spec.RunID, who Speaking, o Offer) (said int, speak bool) {
	if rs.service == "" || o.Service != rs.service && o.Service != NoRooms {
		return 0, false
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.runs[run]
	if o.Service == NoRooms {
		if r != nil && r.speaker == (Speaking{}) && r.told == nil {
			r.timer.Stop()
			r.speaker, r.ended = who, false
		}
		return 0, false
	}
	if r == nil { // the agent was started again, perhaps; who told the run goes on
		return 0, o.Queued > 0 && o.Queued >= o.After
	}
	said = r.said
	if r.told != nil {
		said = r.told.position()
	}
	if r.speaker != (Speaking{}) && r.speaker != who || o.After > max(said, o.Queued) {
		return 0, false
	}
	r.timer.Stop()
	r.speaker, r.last, r.ended = who, who.Peer, false
	if r.told != nil {
		r.said = r.told.stop()
		r.told.room.addRun(-1, true)
		if r.stop != nil {
			r.stop()
		}
		r.told, r.stop = nil, nil
	}
	return r.said, true
}

// Said notes up to which event a client has told a run.
func (rs *Runs) Said(run spec.RunID, who Speaking, said int) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r := rs.runs[run]; r != nil && r.speaker == who {
		r.said = max(r.said, said)
	}
}

// Quiet notes that a client does not follow a run any more. Ended says that it was told the
// end, left that it will not follow it again. If nobody else tells it, the agent does.
func (rs *Runs) Quiet(run spec.RunID, who Speaking, ended, left bool) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.runs[run]
	if r == nil || r.speaker != who || rs.over {
		return
	}
	r.speaker, r.ended = Speaking{}, ended
	if !ended {
		patience := rs.patience
		if !left {
			patience = max(promiseTime, patience)
		}
		r.timer = time.AfterFunc(patience, func() { rs.takeOver(r) })
		return
	}
	r.timer = time.AfterFunc(farewellTime, func() {
		rs.mu.Lock()
		defer rs.mu.Unlock()
		if rs.runs[run] == r && r.ended && r.told == nil {
			delete(rs.runs, run)
		}
	})
}

// Left notes by its presence that a client went offline. If that does not say AllSaid, the
// agent tells what the client may not have told.
func (rs *Runs) Left(presence *session.Element) {
	who, status := presence.From(), presence.Kid("jabber:client", "status")
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for id, r := range rs.runs {
		switch {
		case r.last != who || r.told != nil || r.speaker != (Speaking{}):
		case !r.ended:
			r.timer.Reset(rs.patience)
		case status != nil && status.Text == AllSaid:
			r.timer.Stop()
			delete(rs.runs, id)
		default:
			r.timer.Stop()
			rs.takeOverLocked(r)
		}
	}
}

// Hurry has the agent tell at once what nobody tells: it is about to leave.
func (rs *Runs) Hurry() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, r := range rs.runs {
		if !r.ended {
			r.timer.Stop()
			rs.takeOverLocked(r)
		}
	}
}
