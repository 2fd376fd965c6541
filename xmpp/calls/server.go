package calls

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What one agent does at once, and how long a call may take.
const (
	atOnce   = 64
	mostEach = 48 // for one account, so that there is room for others
	callTime = time.Minute
)

// Server is an agent's end of calls.
type Server struct {
	agent    spec.Agent
	upgrader spec.Upgrader
	modules  spec.ModuleKeeper
	masters  access.Masters
	log      *slog.Logger
	refused  *access.Refusals
	rooms    *muc.Runs
	texts    *texts
	slots    chan struct{} // of size atOnce; when it is full, callers are told to wait
	work     sync.WaitGroup

	mu        sync.Mutex
	serving   map[callKey]int     // calls that are served
	load      map[session.JID]int // how many, by bare address
	followers map[followerKey]*follower
}

// NewServer serves an agent to its masters, what upgrades it and what keeps modules for it, nil if nothing does. Its runs are told in rooms.
// A panic in the agent is to be an error already, but for what happens in this package.
func NewServer(agent spec.Agent, upgrader spec.Upgrader, keeper spec.ModuleKeeper, masters access.Masters, rooms *muc.Runs, refused *access.Refusals, log *slog.Logger) *Server {
	if upgrader == nil {
		upgrader = noUpgrader{}
	}
	if keeper == nil {
		keeper = noKeeper{}
	}
	return &Server{agent: agent, upgrader: upgrader, modules: keeper, masters: masters, rooms: rooms, log: log, refused: refused, texts: newTexts(), slots: make(chan struct{}, atOnce),
		serving: map[callKey]int{}, load: map[session.JID]int{}, followers: map[followerKey]*follower{}}
}

// Wait returns when no call is served any more. The contexts of all must have ended.
func (v *Server) Wait() { v.work.Wait() }

// Working reports whether a call is served, or a run followed.
func (v *Server) Working() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.followers)+len(v.serving) > 0
}

// Serve answers an iq with an element of ours, in a goroutine of its own if there is
// one to be had; online ends with the session.
func (v *Server) Serve(online context.Context, s *session.Session, iq, what *session.Element, role access.Role) {
	if what.Local == "pending" {
		s.Post(v.pending(iq, what.Attr("ref")))
		return
	}
	who := iq.From().Bare()
	if !v.admit(who) {
		s.Post(wire.Refusal(iq, spec.Errorf(spec.Unavailable, "the agent has too much to do").WithHint("try again")))
		return
	}
	key := callKey{iq.From(), what.Attr("ref")}
	v.count(key, 1)
	v.work.Go(func() {
		defer v.release(who)
		defer v.count(key, -1)
		answer, after := v.answer(online, s, iq, what, access.Peer{JID: iq.From(), Role: role})
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
func (v *Server) admit(who session.JID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.load[who] == mostEach {
		return false
	}
	select {
	case v.slots <- struct{}{}:
		v.load[who]++
		return true
	default:
		return false
	}
}

// release gives the slot back.
func (v *Server) release(who session.JID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	<-v.slots
	if v.load[who]--; v.load[who] == 0 {
		delete(v.load, who)
	}
}

// callKey is a call of a client.
type callKey struct {
	peer session.JID
	ref  string
}

// count counts a call that begins, or with -1 one that has been answered.
func (v *Server) count(key callKey, n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.serving[key] += n; v.serving[key] == 0 {
		delete(v.serving, key)
	}
}

// pending says whether a call is still served. One that is not, and was not answered,
// has been lost on the way.
func (v *Server) pending(iq *session.Element, ref string) *session.Element {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.serving[callKey{iq.From(), ref}] == 0 {
		return wire.Refusal(iq, spec.Errorf(spec.NotFound, "the agent does not serve this call"))
	}
	return session.Answer(iq)
}

// answer does what is asked. What is to happen after it was answered is in after.
func (v *Server) answer(online context.Context, s *session.Session, iq, what *session.Element, p access.Peer) (answer *session.Element, after func()) {
	defer func() {
		if fault := recover(); fault != nil { // of ours, or of a module: it must not end the agent
			v.log.Error("a call panicked", "op", wire.Brief(what.Attr("op")), "from", p.JID, "panic", fmt.Sprint(fault))
			answer, after = wire.Refusal(iq, spec.Errorf(spec.Internal, "the agent could not do it: %v", fault)), nil
		}
	}()
	answer, after, err := v.do(online, s, iq, what, p)
	if err != nil {
		return wire.Refusal(iq, err), nil
	}
	return answer, after
}

func (v *Server) do(online context.Context, s *session.Session, iq, what *session.Element, p access.Peer) (answer *session.Element, after func(), err error) {
	if n, err := strconv.Atoi(what.Attr("v")); err != nil || n < wire.Ours().Min || n > wire.Ours().Max {
		return nil, nil, spec.Errorf(spec.Invalid, "the agent speaks version %s of the protocol, not %q", wire.Ours(), wire.Brief(what.Attr("v")))
	}
	switch what.Local {
	case "call":
		return v.call(online, s, iq, what, p)
	case "put":
		i, _ := strconv.Atoi(what.Attr("n"))
		n, _ := strconv.Atoi(what.Attr("pieces")) // what is no number is refused as zero
		if err := v.texts.put(p.JID, what.Attr("id"), i, n, what.Text); err != nil {
			return nil, nil, err
		}
		return session.Answer(iq), nil, nil
	case "get":
		i, _ := strconv.Atoi(what.Attr("n"))
		piece, err := v.texts.get(p.JID, what.Attr("id"), i)
		if err != nil {
			return nil, nil, err
		}
		return session.Answer(iq, session.New(wire.Namespace, "piece").WithText(piece)), nil, nil
	}
	return nil, nil, spec.Errorf(spec.Invalid, "there is no %q", wire.Brief(what.Local))
}

// call does an operation, if the role of who asks allows it: that is looked at before
// what the call says.
func (v *Server) call(online context.Context, s *session.Session, iq, what *session.Element, p access.Peer) (answer *session.Element, after func(), err error) {
	ctx, cancel := context.WithTimeout(online, callTime)
	defer cancel()
	o := operation(what.Attr("op"))
	if needs := o.needs(); p.Role < needs {
		v.refused.Answer(p.JID, string(o)) // one who is listed is answered in any case
		if needs == access.Request {
			needs = access.Deploy // the usual one
		}
		return nil, nil, spec.Errorf(spec.Denied, "%s may not %s", p.JID.Bare(), o).
			WithHint("give it the role %s in the agent's configuration: %[2]s=%[1]s", needs, p.JID.Bare())
	}
	in := what.Text
	id, n, err := piecesOf(what)
	if err == nil && n > 0 {
		in, err = v.texts.take(p.JID, id, n)
	}
	if err != nil {
		return nil, nil, err
	}
	out, after, err := v.operate(ctx, online, s, p, o, what, []byte(in))
	if err == nil {
		answer, err = v.result(iq, out)
	}
	return answer, after, err
}

// result is the answer with a text, which may have to be fetched in pieces.
func (v *Server) result(iq *session.Element, out []byte) (*session.Element, error) {
	e := session.New(wire.Namespace, "result")
	all := wire.Split(out)
	if len(all) == 1 {
		return session.Answer(iq, e.WithText(all[0])), nil
	}
	id, err := v.texts.offer(iq.From(), all)
	if err != nil {
		return nil, err
	}
	return session.Answer(iq, setPieces(e, id, len(all))), nil
}
