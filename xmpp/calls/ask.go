package calls

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How long a client waits.
const (
	pieceTime = 60 * time.Second // for one piece: links that are limited take 3 kB/s
	replyTime = 70 * time.Second // for the answer: longer than an agent takes
	doubtTime = 3 * time.Second  // without an answer, after which an agent is asked whether it has the call
)

// peer is an agent over the session that there is, and the version that it speaks.
type peer struct {
	c       *Client
	session *session.Session
	jid     session.JID
	version int
}

func (c *Client) peer(jid session.JID) (*peer, error) {
	s := c.connector.Status().Session
	if s == nil {
		return nil, c.fleet.Disconnected()
	}
	version := wire.Ours().Max
	if theirs, online := c.fleet.Versions(jid); online {
		var err error
		if version, err = wire.Ours().Common(theirs, jid.Local()); err != nil {
			return nil, err
		}
	}
	return &peer{c, s, jid, version}, nil
}

// once makes a call over the session that there is. The id is that of its pieces, if
// there are any: those that have arrived already need no further room.
func (c *Client) once(ctx context.Context, to session.JID, o operation, id string, body []byte, attrs []session.Attr) ([]byte, error) {
	p, err := c.peer(to)
	if err != nil {
		return nil, err
	}
	ref := rand.Text()
	e := callElement(o, p.version, ref, string(body))
	e.Attrs = append(e.Attrs, attrs...)
	if all := wire.Split(body); len(all) > 1 {
		if err := p.put(ctx, id, all); err != nil {
			return nil, err
		}
		setPieces(e, id, len(all))
	}
	answer, err := p.askAndWatch(ctx, ref, e)
	if err != nil {
		return nil, err
	}
	result := answer.Kid(wire.Namespace, "result")
	id, n, err := piecesOf(result)
	switch {
	case err != nil || result == nil && len(answer.Kids) > 0:
		return nil, spec.Errorf(spec.Internal, "%s gave an answer that cannot be read", to.Bare())
	case result == nil:
		return nil, nil
	case n == 0:
		return []byte(result.Text), nil
	}
	return p.get(ctx, id, n)
}

// askAndWatch sends a call and waits for its answer, as long as the agent says that it
// is at work on it. A call that went to an agent whose link was dead already is lost,
// and nobody else would say so.
func (p *peer) askAndWatch(ctx context.Context, ref string, e *session.Element) (*session.Element, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answered, asking := make(chan struct{}), make(chan struct{}) // closed when there is an answer; when the goroutine has ended
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
			_, err := p.ask(ctx, doubtTime, "get", element("pending", p.version, "ref", ref))
			if spec.KindOf(err) == spec.NotFound {
				cancel(spec.Errorf(spec.Unavailable, "%s did not receive the call", p.jid.Local()))
				return
			}
		}
	}()
	answer, err := p.ask(ctx, replyTime, "set", e)
	close(answered)
	if err != nil && spec.KindOf(context.Cause(ctx)) == spec.Unavailable {
		err = context.Cause(ctx)
	}
	cancel(nil)
	<-asking
	return answer, err
}

// ask sends an iq to an agent; the error is one that a person can act on.
func (p *peer) ask(ctx context.Context, limit time.Duration, typ string, e *session.Element) (*session.Element, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := p.session.Call(limited, typ, p.jid, e)
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil && limit == pieceTime: // pieces are small: it is the link
		return nil, spec.Errorf(spec.Unavailable, "%s did not take or give a piece within %s", p.jid.Local(), limit)
	case limited.Err() != nil:
		return nil, spec.Errorf(spec.Timeout, "%s did not answer within %s", p.jid.Local(), limit).
			WithHint("it may be hung, or its link broken")
	}
	if refused, ok := errors.AsType[*session.StanzaError](err); ok {
		return nil, p.explain(refused)
	}
	return nil, unavailable(err)
}

// unavailable is what a session that has ended means for a call: whatever ended it,
// the call can be made again.
func unavailable(err error) error {
	if kind := spec.KindOf(err); kind == spec.Unavailable || kind == spec.Internal {
		return err
	}
	return &spec.Error{Kind: spec.Unavailable, Msg: err.Error(), Hint: spec.HintOf(err), Err: err}
}

// explain turns a refusal into the error that the agent meant, or the server.
func (p *peer) explain(refused *session.StanzaError) error {
	name := p.jid.Local()
	said := refused.Payload
	if said != nil && said.Space == wire.Namespace && said.Local == "error" {
		if theirs, ok := wire.ParseVersions(said.Attr("versions")); ok {
			if _, err := wire.Ours().Common(theirs, name); err != nil {
				return err
			}
		}
		var e spec.Error
		if err := wire.Decode([]byte(said.Text), &e); err == nil {
			return &e
		}
	}
	e := spec.Errorf(wire.KindOf(refused.Condition), "%s: %v", name, refused)
	switch {
	case e.Kind == spec.Denied:
		e.Msg = name + " does not take calls from this account"
		e.Hint = "add the account to the masters in the agent's configuration"
	case refused.Condition == "service-unavailable" || refused.Condition == "recipient-unavailable":
		e.Msg = name + " is offline"
		if since := p.c.fleet.AwaySince(p.jid); !since.IsZero() {
			e.Msg += " since " + since.Format(time.DateTime)
		}
		e.Hint = "is its agent running, and its server reachable from there?"
	}
	return e
}

// put hands the pieces of a call over before the call.
func (p *peer) put(ctx context.Context, id string, all []string) error {
	return session.InParallel(ctx, len(all), func(ctx context.Context, i int) error {
		_, err := p.ask(ctx, pieceTime, "set", element("put", p.version, "id", id,
			"n", strconv.Itoa(i), "pieces", strconv.Itoa(len(all))).WithText(all[i]))
		return err
	})
}

// get fetches the pieces of an answer.
func (p *peer) get(ctx context.Context, id string, n int) ([]byte, error) {
	all := make([]string, n)
	err := session.InParallel(ctx, n, func(ctx context.Context, i int) error {
		answer, err := p.ask(ctx, pieceTime, "get", element("get", p.version, "id", id, "n", strconv.Itoa(i)))
		if err != nil {
			return err
		}
		piece := answer.Kid(wire.Namespace, "piece")
		if piece == nil || len(piece.Text) > wire.Piece {
			return spec.Errorf(spec.Internal, "%s gave a piece that cannot be read", p.jid.Bare())
		}
		all[i] = piece.Text
		return nil
	})
	return []byte(strings.Join(all, "")), err
}
