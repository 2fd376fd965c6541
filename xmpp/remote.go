package xmpp

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How a client calls.
const (
	inFlight  = 8                // pieces at once, over a link that is fast
	pieceTime = 60 * time.Second // for one piece: links that are limited take 3 kB/s
	replyTime = 70 * time.Second // for the answer: longer than an agent takes
	againTime = 250 * time.Millisecond
	doubtTime = 3 * time.Second // without an answer, after which an agent is asked whether it has the call
)

// remote is the agent of an account.
type remote struct {
	m   *Client
	jid session.JID // full
}

var _ spec.Agent = (*remote)(nil)

// Info says what the host is.
func (a *remote) Info(ctx context.Context) (out spec.Info, err error) {
	err = a.m.call(ctx, a.jid, opInfo, asked{}, &out)
	return out, err
}

// Describe lists resources.
func (a *remote) Describe(ctx context.Context, p spec.Pattern) (out []spec.Resource, err error) {
	err = a.m.call(ctx, a.jid, opDescribe, asked{Pattern: p}, &out)
	return out, err
}

// Provides lists what can be called.
func (a *remote) Provides(ctx context.Context, p spec.Pattern) (out []spec.Provide, err error) {
	err = a.m.call(ctx, a.jid, opProvides, asked{Pattern: p}, &out)
	return out, err
}

// Route says which states to cross.
func (a *remote) Route(ctx context.Context, q spec.RouteQuery) (out spec.Route, err error) {
	err = a.m.call(ctx, a.jid, opRoute, q, &out)
	return out, err
}

// Paths lists the ways to a state.
func (a *remote) Paths(ctx context.Context, q spec.PathsQuery) (out spec.Paths, err error) {
	err = a.m.call(ctx, a.jid, opPaths, q, &out)
	return out, err
}

// Check validates inputs.
func (a *remote) Check(ctx context.Context, w spec.Work) (out []spec.Problem, err error) {
	err = a.m.call(ctx, a.jid, opCheck, w, &out)
	return out, err
}

// Preview says what work would change.
func (a *remote) Preview(ctx context.Context, w spec.Work) (out []spec.StepPreview, err error) {
	err = a.m.call(ctx, a.jid, opPreview, w, &out)
	return out, err
}

// Stacks lists what is applied. Secrets in it are empty: the agent keeps them.
func (a *remote) Stacks(ctx context.Context) (out []spec.Stack, err error) {
	err = a.m.call(ctx, a.jid, opStacks, asked{}, &out)
	return out, err
}

// Start hands a run over. If the answer is lost, starting it again is right. As long
// as ctx lasts, it waits for the server, and for an agent that was there before: a
// deployment does not fail because they are down for a while.
func (a *remote) Start(ctx context.Context, r spec.Run) error {
	for tries := 0; ; {
		changed := a.m.watch()
		err := a.m.call(ctx, a.jid, opStart, r, nil)
		if err == nil || ctx.Err() != nil || !a.m.isAwaited(a.jid, err) {
			return err
		}
		tries++
		a.m.rest(ctx, changed, min(againTime<<min(tries, 10), slowest))
	}
}

// Stop asks a run to end.
func (a *remote) Stop(ctx context.Context, id spec.RunID) error {
	return a.m.call(ctx, a.jid, opStop, asked{Run: id}, nil)
}

// call does an operation of an agent. All operations may be done twice, so one whose
// fate is not known because a link broke is done again, as long as grace lasts.
func (m *Client) call(ctx context.Context, to session.JID, o op, in, out any) error {
	text, err := wire.Encode(in, wire.Reveal) // it goes to the agent that must know
	if err != nil {
		return err
	}
	began, id := time.Now(), rand.Text()
	for {
		changed := m.watch()
		reply, err := m.once(ctx, to, o, id, text)
		switch {
		case err == nil && out == nil:
			return nil
		case err == nil:
			return wire.Decode(reply, out)
		case ctx.Err() != nil:
			return ctx.Err()
		case spec.KindOf(err) != spec.Unavailable || m.closed() || !m.mayReturn(to, began):
			return err
		}
		m.rest(ctx, changed, againTime)
	}
}

// watch gives what is closed when the connection or the fleet has changed.
func (m *Client) watch() [2]<-chan struct{} {
	_, link := m.keeper.Watch()
	m.mu.Lock()
	defer m.mu.Unlock()
	return [2]<-chan struct{}{link, m.changed}
}

// rest waits for a change, a while, or the end of ctx.
func (m *Client) rest(ctx context.Context, changed [2]<-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed[0]:
		pause(ctx, 10*time.Millisecond) // more may be about to change
	case <-changed[1]:
		pause(ctx, 10*time.Millisecond)
	case <-t.C:
	case <-m.closing:
	case <-ctx.Done():
	}
}

// mayReturn reports whether what a call failed on was lost so recently that it may
// come back.
func (m *Client) mayReturn(to session.JID, began time.Time) bool {
	lost := began
	st := m.keeper.Status()
	m.mu.Lock()
	h := m.hosts[to.Bare()]
	switch {
	case st.Session != nil && m.sessions == 1 && m.ready && h != nil && !h.met:
		lost = time.Time{} // before we were here
	case st.Session == nil:
		lost = st.Since
	case h != nil && h.Link != On && !h.Since.IsZero():
		lost = h.Since
		if st.Since.After(lost) {
			lost = st.Since
		}
	case h != nil && h.Link != On:
		lost = st.Since
	}
	m.mu.Unlock()
	return time.Since(lost) < m.config.Grace
}

// isAwaited reports whether what a call failed on was there before, and comes back
// without anybody doing something: then there is a point in waiting for it.
func (m *Client) isAwaited(to session.JID, err error) bool {
	if kind := spec.KindOf(err); kind != spec.Unavailable && kind != spec.Timeout || m.closed() {
		return false
	}
	st := m.keeper.Status()
	if st.Session == nil {
		return spec.KindOf(st.Err) == spec.Unavailable
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.hosts[to.Bare()]
	return h != nil && h.seen
}

// once makes a call over the session that there is. The id is that of its pieces, if
// there are any: those that have arrived already need no further room.
func (m *Client) once(ctx context.Context, to session.JID, o op, id string, text []byte) ([]byte, error) {
	s := m.keeper.Status().Session
	if s == nil {
		return nil, m.disconnected()
	}
	version, err := m.version(to)
	if err != nil {
		return nil, err
	}
	ref := rand.Text()
	e := call(o, version, ref, string(text))
	if all := wire.Split(text); len(all) > 1 {
		if err := m.put(ctx, s, to, version, id, all); err != nil {
			return nil, err
		}
		inPieces(e, id, len(all))
	}
	answer, err := m.patiently(ctx, s, to, version, ref, e)
	if err != nil {
		return nil, err
	}
	result := answer.Kid(wire.Namespace, "result")
	id, n, err := pieces(result)
	switch {
	case err != nil || result == nil && len(answer.Kids) > 0:
		return nil, spec.Errorf(spec.Internal, "%s gave an answer that cannot be read", to.Bare())
	case result == nil:
		return nil, nil
	case n == 0:
		return []byte(result.Text), nil
	}
	return m.get(ctx, s, to, version, id, n)
}

// version is the one of the protocol that is spoken with an agent.
func (m *Client) version(to session.JID) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if h := m.hosts[to.Bare()]; h != nil && h.Link == On {
		return wire.Ours().Common(h.versions, string(h.Name))
	}
	return wire.Ours().Max, nil
}

// ask sends an iq to an agent; the error is one that a person can act on.
func (m *Client) ask(ctx context.Context, s *session.Session, to session.JID, limit time.Duration, typ string, e *session.Element) (*session.Element, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := s.Call(limited, typ, to, e)
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil && limit == pieceTime: // pieces are small: it is the link
		return nil, spec.Errorf(spec.Unavailable, "%s did not take or give a piece within %s", to.Local(), limit)
	case limited.Err() != nil:
		return nil, spec.Errorf(spec.Timeout, "%s did not answer within %s", to.Local(), limit).
			WithHint("it may be hung, or its link broken")
	}
	var refused *session.StanzaError
	if errors.As(err, &refused) {
		return nil, m.explain(to, refused)
	}
	return nil, interrupted(err)
}

// interrupted is what a session that has ended means for a call: whatever ended it,
// the call can be made again.
func interrupted(err error) error {
	if kind := spec.KindOf(err); kind == spec.Unavailable || kind == spec.Internal {
		return err
	}
	return &spec.Error{Kind: spec.Unavailable, Msg: err.Error(), Hint: spec.HintOf(err), Err: err}
}

// patiently sends a call and waits for its answer, as long as the agent says that it
// is at work on it. A call that went to an agent whose link was dead already is lost,
// and nobody else would say so.
func (m *Client) patiently(ctx context.Context, s *session.Session, to session.JID, version int, ref string, e *session.Element) (*session.Element, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answered, asking := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(asking)
		t := time.NewTicker(doubtTime)
		defer t.Stop()
		for {
			select {
			case <-t.C:
			case <-answered:
				return
			}
			_, err := m.ask(ctx, s, to, doubtTime, "get", session.New(wire.Namespace, "pending", "v", strconv.Itoa(version), "ref", ref))
			if spec.KindOf(err) == spec.NotFound {
				cancel(spec.Errorf(spec.Unavailable, "%s did not receive the call", to.Local()))
				return
			}
		}
	}()
	answer, err := m.ask(ctx, s, to, replyTime, "set", e)
	close(answered)
	if err != nil && spec.KindOf(context.Cause(ctx)) == spec.Unavailable {
		err = context.Cause(ctx)
	}
	cancel(nil)
	<-asking
	return answer, err
}

// explain turns a refusal into the error that the agent meant, or the server.
func (m *Client) explain(to session.JID, refused *session.StanzaError) error {
	said := refused.Payload
	if said != nil && said.Space == wire.Namespace && said.Local == "error" {
		if theirs, ok := wire.ParseVersions(said.Attr("versions")); ok {
			if _, err := wire.Ours().Common(theirs, to.Local()); err != nil {
				return err
			}
		}
		var e spec.Error
		if err := wire.Decode([]byte(said.Text), &e); err == nil {
			return &e
		}
	}
	e := spec.Errorf(wire.KindOf(refused.Condition), "%s: %v", to.Local(), refused)
	switch {
	case e.Kind == spec.Denied:
		e.Msg = to.Local() + " does not take calls from this account"
		e.Hint = "add the account to the masters in the agent's configuration"
	case refused.Condition == "service-unavailable" || refused.Condition == "recipient-unavailable":
		e.Msg = to.Local() + " is offline"
		if h, err := m.Find(spec.Host(to.Local())); err == nil && h.Link != On && !h.Since.IsZero() {
			e.Msg += " since " + h.Since.Format(time.DateTime)
		}
		e.Hint = "is its agent running, and its server reachable from there?"
	}
	return e
}

// put hands the pieces of a call over before the call.
func (m *Client) put(ctx context.Context, s *session.Session, to session.JID, version int, id string, all []string) error {
	return inParallel(len(all), func(i int) error {
		_, err := m.ask(ctx, s, to, pieceTime, "set", session.New(wire.Namespace, "put", "v", strconv.Itoa(version), "id", id,
			"n", strconv.Itoa(i), "pieces", strconv.Itoa(len(all))).WithText(all[i]))
		return err
	})
}

// get fetches the pieces of an answer.
func (m *Client) get(ctx context.Context, s *session.Session, to session.JID, version int, id string, n int) ([]byte, error) {
	all := make([]string, n)
	err := inParallel(n, func(i int) error {
		answer, err := m.ask(ctx, s, to, pieceTime, "get", session.New(wire.Namespace, "get", "v", strconv.Itoa(version), "id", id, "n", strconv.Itoa(i)))
		if err != nil {
			return err
		}
		p := answer.Kid(wire.Namespace, "piece")
		if p == nil || len(p.Text) > wire.Piece {
			return spec.Errorf(spec.Internal, "%s gave a piece that cannot be read", to.Bare())
		}
		all[i] = p.Text
		return nil
	})
	var out []byte
	for _, p := range all {
		out = append(out, p...)
	}
	return out, err
}

// inParallel calls fn for 0 to n-1 until one fails: the first alone, then as many at
// once as take about two seconds. More would only wait before a server that limits
// rates, and everything else behind them.
func inParallel(n int, fn func(i int) error) error {
	began := time.Now()
	if n < 1 {
		return nil
	}
	if err := fn(0); err != nil || n == 1 {
		return err
	}
	width := int(min(inFlight, 2*time.Second/max(time.Since(began), time.Millisecond)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next := 1
	take := func(err error) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil && failed == nil {
			failed = err
		}
		next++
		return next - 1, failed == nil && next <= n
	}
	for range min(n-1, max(width, 1)) {
		wg.Go(func() {
			i, more := take(nil)
			for more {
				i, more = take(fn(i))
			}
		})
	}
	wg.Wait()
	return failed
}
