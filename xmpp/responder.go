package xmpp

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/calls"
	"github.com/armonic/armonic/xmpp/commands"
	"github.com/armonic/armonic/xmpp/disco"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// ResponderConfig is what a Responder is made of.
type ResponderConfig struct {
	Open    session.Opener // how to connect; the resource must be roster.Resource
	Agent   spec.Agent
	Masters access.Masters // who may call; nobody else is served
	Logger  *slog.Logger   // nil discards

	Upgrader spec.Upgrader     // replaces the program of the agent; nil refuses
	Modules  spec.ModuleKeeper // keeps modules for the agent; nil refuses

	// Rooms is the conference service in whose rooms the agent says what happens in
	// deployments, usually logs. and the domain of the account; "" has no rooms. A client
	// that follows a run speaks there instead. RoomPatience is how long the agent waits for
	// one, 0 is 5 s; RoomLinger how long it stays in a room after the last run, 0 is a minute.
	Rooms        session.JID
	RoomPatience time.Duration
	RoomLinger   time.Duration
}

// Responder is the end of an agent.
type Responder struct {
	agent     spec.Agent
	masters   access.Masters
	log       *slog.Logger
	refused   *access.Refusals
	calls     *calls.Server
	presence  *roster.Announcer
	rooms     *muc.Runs
	commands  *commands.Server
	disco     *disco.Server
	connector *session.Connector
	stop      context.CancelFunc
	leaving   atomic.Bool
	general   chan struct{} // of size mostGeneral; when it is full, general clients are told to wait
	work      sync.WaitGroup
}

// NewResponder connects, and serves the agent until Close.
func NewResponder(c ResponderConfig) *Responder {
	r := &Responder{masters: access.Masters{}, log: c.Logger, general: make(chan struct{}, mostGeneral)}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	for jid, role := range c.Masters {
		r.masters[jid.Bare()] = role
	}
	agent := recovering{c.Agent, r.log}
	r.agent, r.refused = agent, access.NewRefusals(r.log)
	r.presence = roster.NewAnnouncer(agent, r.masters, r.refused, r.log)
	r.rooms = muc.New(c.Rooms, agent, c.RoomPatience, c.RoomLinger, r.log)
	forCallers := served{agent, r.rooms}
	r.calls = calls.NewServer(forCallers, c.Upgrader, c.Modules, r.masters, r.rooms, r.refused, r.log)
	r.commands = commands.NewServer(forCallers, r.refused)
	r.disco = &disco.Server{Agent: agent, Commands: r.commands, Features: []string{session.Ping, wire.Namespace}}
	if c.Rooms != "" {
		r.disco.Features = append(r.disco.Features, muc.Namespace)
	}
	r.connector = session.NewConnector(c.Open)
	r.connector.Start(r.hooks())
	return r
}

// hooks are called in one goroutine.
func (r *Responder) hooks() session.Hooks {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	var online context.Context
	var leave context.CancelFunc
	return session.Hooks{
		Up: func(s *session.Session) {
			online, leave = context.WithCancel(ctx)
			r.presence.Start(online, s)
			r.rooms.SetSession(s)
		},
		Stanza: func(s *session.Session, e *session.Element) { r.stanza(online, s, e) },
		Down: func(_ *session.Session, err error) {
			if r.leaving.Load() {
				r.log.Info("disconnected")
			} else {
				r.log.Warn("disconnected", "error", err)
			}
			if spec.KindOf(err) == spec.Conflict {
				r.presence.Taken()
			}
			leave()
			r.rooms.SetSession(nil)
		},
	}
}

// Close leaves the server, and returns when no call is served any more. The agent
// itself goes on.
func (r *Responder) Close() {
	r.leaving.Store(true)
	if s := r.connector.Status().Session; s != nil {
		r.presence.Leave(s)
	}
	r.connector.Close()
	r.stop()
	r.work.Wait()
	r.calls.Wait()
	r.presence.Wait()
	r.rooms.Close()
}

// Connector keeps the connection to the server, which can be watched there.
func (r *Responder) Connector() *session.Connector { return r.connector }

// stanza takes what arrives; it must not wait.
func (r *Responder) stanza(ctx context.Context, s *session.Session, e *session.Element) {
	switch {
	case r.rooms.Stanza(e):
	case e.Local == "presence":
		if r.presence.Presence(s, e) {
			r.calls.Left(e.From())
			r.rooms.Left(e)
		}
	case e.Local == "message" && r.masters[e.From().Bare()] >= access.Request:
		r.calls.Message(e)
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
	if s.IsServer(from) {
		s.Post(session.ToServer(e))
		return
	}
	role, listed := r.masters[from.Bare()]
	if !listed {
		if r.refused.Answer(from, what.Space+" "+what.Attr("op")) {
			s.Post(session.Refuse(e, "auth", "forbidden", "", nil))
		}
		return
	}
	r.presence.Met(from.Bare())
	switch what.Space {
	case wire.Namespace:
		r.calls.Serve(ctx, s, e, what, role)
	case session.Ping:
		s.Post(session.Answer(e))
	case commands.Namespace, disco.Info, disco.Items, disco.Version, disco.Time:
		r.serveGeneral(ctx, s, e, what, role)
	default:
		s.Post(session.Refuse(e, "cancel", "service-unavailable", "", nil))
	}
}

// Drain returns when calls and commands are answered, whoever follows a run that has
// ended has been told so, rooms too, and the presence says what is executed now, or
// when ctx ends. An agent that leaves gives it a moment before Close: else it seems to
// have vanished at work.
func (r *Responder) Drain(ctx context.Context) {
	const look = time.Millisecond
	r.rooms.Hurry()
	for ctx.Err() == nil && (r.calls.Working() || len(r.general) > 0 || r.rooms.Speaking()) {
		session.Sleep(ctx, look)
	}
	info, err := r.agent.Info(ctx)
	r.presence.Look()
	for err == nil && ctx.Err() == nil && r.connector.Status().Session != nil && r.presence.Executes() != info.Busy {
		session.Sleep(ctx, look)
	}
}
