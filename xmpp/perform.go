package xmpp

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// peer is who calls.
type peer struct {
	jid  session.JID // full
	role Role
}

// perform does an operation of the agent; online ends with the session. What is to
// happen after the answer was sent is in after.
func (r *Responder) perform(ctx, online context.Context, s *session.Session, p peer, o op, text []byte) (result []byte, after func(), err error) {
	var q asked
	switch o {
	case opInfo:
		result, err = encoded(r.agent.Info(ctx))
	case opStacks:
		var stacks []spec.Stack
		if stacks, err = r.agent.Stacks(ctx); err == nil {
			result, err = encoded(visible(stacks, p.role), nil)
		}
	case opDescribe:
		if err = wire.Decode(text, &q); err == nil {
			result, err = encoded(r.agent.Describe(ctx, q.Pattern))
		}
	case opProvides:
		if err = wire.Decode(text, &q); err == nil {
			result, err = encoded(r.agent.Provides(ctx, q.Pattern))
		}
	case opRoute:
		result, err = apply(ctx, text, r.agent.Route)
	case opPaths:
		result, err = apply(ctx, text, r.agent.Paths)
	case opCheck:
		result, err = apply(ctx, text, r.agent.Check)
	case opPreview:
		result, err = apply(ctx, text, r.agent.Preview)
	case opStart:
		var run spec.Run
		if err = wire.Decode(text, &run); err == nil {
			run.By = by(p.jid, run.By)
			err = r.start(ctx, run)
		}
	case opStop:
		if err = wire.Decode(text, &q); err == nil {
			err = r.agent.Stop(ctx, q.Run)
		}
	case opFollow:
		if err = wire.Decode(text, &q); err == nil {
			return r.follow(online, s, p, q)
		}
	case opUnfollow:
		if err = wire.Decode(text, &q); err == nil {
			r.unfollow(followKey{p.jid, q.Follow})
		}
	default:
		err = spec.Errorf(spec.Invalid, "the agent cannot %q", cut(string(o)))
	}
	return result, nil, err
}

// visible leaves out what only those who deploy need: what steps returned.
func visible(stacks []spec.Stack, role Role) []spec.Stack {
	if role == Deploy {
		return stacks
	}
	stacks = slices.Clone(stacks)
	for i := range stacks {
		calls := slices.Clone(stacks[i].Calls)
		for j := range calls {
			calls[j].Returns = nil
		}
		stacks[i].Calls = calls
	}
	return stacks
}

// start hands a run over, and has it told in the room of its deployment.
func (r *Responder) start(ctx context.Context, run spec.Run) error {
	told := r.rooms.wants(ctx, run)
	err := r.agent.Start(ctx, run)
	if err == nil && told {
		r.rooms.tell(run)
	}
	r.look()
	return err
}

// encoded is a result on its way. Whoever asks is told no secret.
func encoded[T any](v T, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return wire.Encode(v, wire.Hide)
}

func apply[Q, T any](ctx context.Context, text []byte, do func(context.Context, Q) (T, error)) ([]byte, error) {
	var q Q
	if err := wire.Decode(text, &q); err != nil {
		return nil, err
	}
	return encoded(do(ctx, q))
}

// by is who asked for a run: the address that the server vouches for, and whatever
// name the client gives besides.
func by(from session.JID, claim string) string {
	if claim == "" || claim == string(from.Bare()) {
		return string(from.Bare())
	}
	return cut(claim) + " (" + string(from.Bare()) + ")"
}
