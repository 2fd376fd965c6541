package xmpp

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What one agent does at once, and how long a call may take.
const (
	atOnce   = 64
	mostEach = 48 // for one account, so that there is room for others
	callTime = time.Minute
)

// ResponderConfig is what a Responder is made of.
type ResponderConfig struct {
	Open    session.Opener // how to connect; the resource must be Resource
	Agent   spec.Agent
	Masters map[session.JID]Role // who may call, by bare address; nobody else is served
	Logger  *slog.Logger         // nil discards

	// Rooms is the conference service in whose rooms the agent says what happens in
	// deployments, usually logs. and the domain of the account; "" has no rooms.
	// RoomLinger is how long it stays in one after the last run, 0 is a minute.
	Rooms      session.JID
	RoomLinger time.Duration
}

// Responder is the end of an agent.
type Responder struct {
	agent    spec.Agent
	masters  map[session.JID]Role
	log      *slog.Logger
	audit    *audit
	heap     *heap
	rooms    *rooms
	fillings *fillings
	keeper   *session.Keeper
	stop     context.CancelFunc
	leaving  atomic.Bool
	slots    chan struct{} // of size atOnce; when it is full, callers are told to wait
	asides   chan struct{} // the same, of size mostAside
	work     sync.WaitGroup

	mu        sync.Mutex
	doing     map[doingKey]int    // calls that are served
	load      map[session.JID]int // how many, by bare address
	busy      spec.RunID          // what the presence says is executed
	followers map[followKey]*follower
	unseen    map[session.JID]bool // the masters of whom the agent is not told when they leave
	notice    chan struct{}        // of size 1: a token means that the presence may have changed
	greet     chan struct{}        // of size 1: a token means that a master is there who is not seen
}

// NewResponder connects, and serves the agent until Close.
func NewResponder(c ResponderConfig) *Responder {
	r := &Responder{agent: c.Agent, masters: map[session.JID]Role{}, log: c.Logger, heap: newHeap(),
		slots: make(chan struct{}, atOnce), asides: make(chan struct{}, mostAside), fillings: newFillings(),
		followers: map[followKey]*follower{}, doing: map[doingKey]int{}, load: map[session.JID]int{}, notice: make(chan struct{}, 1), greet: make(chan struct{}, 1)}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.audit = &audit{log: r.log}
	for jid, role := range c.Masters {
		r.masters[jid.Bare()] = role
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	r.rooms = newRooms(c, r.log)
	r.rooms.watch = r.watch
	r.rooms.begin = func(fn func(context.Context)) { r.work.Go(func() { fn(ctx) }) }
	var online context.Context
	var leave context.CancelFunc
	r.keeper = session.Keep(c.Open, session.Hooks{ // all in one goroutine
		Up: func(s *session.Session) {
			online, leave = context.WithCancel(ctx)
			r.up(online, s)
			r.rooms.link(s)
		},
		Stanza: func(s *session.Session, e *session.Element) { r.stanza(online, s, e) },
		Down: func(_ *session.Session, err error) {
			if r.leaving.Load() {
				r.log.Info("disconnected")
			} else {
				r.log.Warn("disconnected", "error", err)
			}
			leave()
			r.rooms.link(nil)
		},
	})
	return r
}

// Close leaves the server, and returns when no call is served any more. The agent
// itself goes on.
func (r *Responder) Close() {
	r.leaving.Store(true)
	r.keeper.Close()
	r.stop()
	r.work.Wait()
}

// Connection is the connection to the server, to be watched.
func (r *Responder) Connection() *session.Keeper { return r.keeper }

// stanza takes what arrives; it must not wait.
func (r *Responder) stanza(ctx context.Context, s *session.Session, e *session.Element) {
	switch {
	case r.rooms.stanza(e):
	case e.Local == "presence":
		r.presence(s, e)
	case e.Local == "iq" && (e.Type() == "get" || e.Type() == "set"):
		r.iq(ctx, s, e)
	}
}

// iq answers what may be answered at once, and has the rest served. Who asks is
// looked at before what is asked.
func (r *Responder) iq(ctx context.Context, s *session.Session, e *session.Element) {
	if len(e.Kids) == 0 {
		e.Kids = []*session.Element{{}}
	}
	what, from := e.Kids[0], e.From()
	if from == "" || from == s.JID().Bare() || from == session.JID(s.JID().Domain()) {
		s.Post(ofServer(e, what))
		return
	}
	role, listed := r.masters[from.Bare()]
	if !listed {
		if r.audit.refused(from, what.Space+" "+what.Attr("op")) {
			s.Post(session.Refuse(e, "auth", "forbidden", "", nil))
		}
		return
	}
	r.met(from.Bare())
	switch what.Space {
	case wire.Namespace:
		if what.Local == "pending" {
			s.Post(r.pending(e, what.Attr("ref")))
			return
		}
		r.serve(ctx, s, e, what, role)
	case nsPing:
		s.Post(session.Answer(e))
	case nsCommands, nsDisco, nsItems, nsVersion, nsTime:
		r.aside(ctx, s, e, what, role)
	default:
		s.Post(session.Refuse(e, "cancel", "service-unavailable", "", nil))
	}
}

// ofServer answers our own server: pings and news of the roster.
func ofServer(e, what *session.Element) *session.Element {
	if what.Space == nsPing || what.Space == nsRoster && e.Type() == "set" {
		return session.Answer(e)
	}
	return session.Refuse(e, "cancel", "service-unavailable", "", nil)
}

// serve does a call in a goroutine of its own, if there is one to be had.
func (r *Responder) serve(ctx context.Context, s *session.Session, iq, what *session.Element, role Role) {
	who := iq.From().Bare()
	if !r.admit(who) {
		s.Post(refusal(iq, spec.Errorf(spec.Unavailable, "the agent has too much to do").WithHint("try again")))
		return
	}
	key := doingKey{iq.From(), what.Attr("ref")}
	r.begin(key, 1)
	r.work.Go(func() {
		defer r.dismiss(who)
		defer r.begin(key, -1)
		answer, after := r.answer(ctx, s, iq, what, role)
		if after == nil && s.Post(answer) { // with others that are ready, at once
			return
		}
		_ = s.Send(answer) // an error has ended the session
		if after != nil {
			after()
		}
	})
}

// admit takes a slot for an account, if it may have one more.
func (r *Responder) admit(who session.JID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.load[who] == mostEach {
		return false
	}
	select {
	case r.slots <- struct{}{}:
		r.load[who]++
		return true
	default:
		return false
	}
}

func (r *Responder) dismiss(who session.JID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	<-r.slots
	if r.load[who]--; r.load[who] == 0 {
		delete(r.load, who)
	}
}

// doingKey is a call of a client.
type doingKey struct {
	peer session.JID
	ref  string
}

// begin counts a call that begins, or with -1 one that has been answered.
func (r *Responder) begin(key doingKey, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.doing[key] += n; r.doing[key] == 0 {
		delete(r.doing, key)
	}
}

// pending says whether a call is still served. One that is not, and was not answered,
// has been lost on the way.
func (r *Responder) pending(iq *session.Element, ref string) *session.Element {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.doing[doingKey{iq.From(), ref}] == 0 {
		return refusal(iq, spec.Errorf(spec.NotFound, "the agent does not serve this call"))
	}
	return session.Answer(iq)
}

// answer does a call. What is to happen after it was answered is in after.
func (r *Responder) answer(ctx context.Context, s *session.Session, iq, what *session.Element, role Role) (answer *session.Element, after func()) {
	defer func() {
		if p := recover(); p != nil { // a fault of ours, or of a module, must not end the agent
			r.log.Error("a call panicked", "op", cut(what.Attr("op")), "from", iq.From(), "panic", fmt.Sprint(p))
			answer, after = refusal(iq, spec.Errorf(spec.Internal, "the agent could not do it: %v", p)), nil
		}
	}()
	if v, err := strconv.Atoi(what.Attr("v")); err != nil || v < wire.Ours().Min || v > wire.Ours().Max {
		return refusal(iq, spec.Errorf(spec.Invalid, "the agent speaks version %s of the protocol, not %q", wire.Ours(), cut(what.Attr("v")))), nil
	}
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	switch what.Local {
	case "put":
		i, _ := strconv.Atoi(what.Attr("n"))
		n, _ := strconv.Atoi(what.Attr("pieces")) // what is no number is refused as zero
		if err := r.heap.put(iq.From(), what.Attr("id"), i, n, what.Text); err != nil {
			return refusal(iq, err), nil
		}
		return session.Answer(iq), nil
	case "get":
		i, _ := strconv.Atoi(what.Attr("n"))
		text, err := r.heap.get(iq.From(), what.Attr("id"), i)
		if err != nil {
			return refusal(iq, err), nil
		}
		return session.Answer(iq, session.New(wire.Namespace, "piece").WithText(text)), nil
	case "call":
	default:
		return refusal(iq, spec.Errorf(spec.Invalid, "there is no %q", cut(what.Local))), nil
	}
	o := op(what.Attr("op"))
	if !role.may(o) {
		r.audit.refused(iq.From(), string(o))
		return refusal(iq, spec.Errorf(spec.Denied, "%s may not %s", iq.From().Bare(), o).
			WithHint("give it the role deploy in the agent's configuration")), nil
	}
	text, err := r.text(iq.From(), what)
	if err != nil {
		return refusal(iq, err), nil
	}
	result, after, err := r.perform(limited, ctx, s, peer{iq.From(), role}, o, []byte(text))
	if err == nil {
		answer, err = r.result(iq, result)
	}
	if err != nil {
		return refusal(iq, err), nil
	}
	return answer, after
}

// text is that of a call, which may have come in pieces.
func (r *Responder) text(from session.JID, what *session.Element) (string, error) {
	id, n, err := pieces(what)
	if err != nil || n == 0 {
		return what.Text, err
	}
	return r.heap.take(from, id, n)
}

// result is the answer with a text, which may be fetched in pieces.
func (r *Responder) result(iq *session.Element, text []byte) (*session.Element, error) {
	e := session.New(wire.Namespace, "result")
	all := wire.Split(text)
	if len(all) == 1 {
		return session.Answer(iq, e.WithText(all[0])), nil
	}
	id, err := r.heap.offer(iq.From(), all)
	if err != nil {
		return nil, err
	}
	return session.Answer(iq, inPieces(e, id, len(all))), nil
}
