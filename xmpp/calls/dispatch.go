package calls

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// operate does an operation of the agent; online ends with the session. What is to
// happen after the answer was sent is in after.
func (v *Server) operate(ctx, online context.Context, s *session.Session, p access.Peer, o operation, in []byte) (out []byte, after func(), err error) {
	var q parameters
	switch o {
	case opInfo:
		var info spec.Info
		if info, err = v.agent.Info(ctx); err == nil {
			info.Observer = p.Role != access.Deploy
			out, err = encoded(info, nil)
		}
	case opStacks:
		var stacks []spec.Stack
		if stacks, err = v.agent.Stacks(ctx); err == nil {
			out, err = encoded(visible(stacks, p.Role), nil)
		}
	case opDescribe:
		if err = wire.Decode(in, &q); err == nil {
			out, err = encoded(v.agent.Describe(ctx, q.Pattern))
		}
	case opProvides:
		if err = wire.Decode(in, &q); err == nil {
			out, err = encoded(v.agent.Provides(ctx, q.Pattern))
		}
	case opRoute:
		out, err = apply(ctx, in, v.agent.Route)
	case opPaths:
		out, err = apply(ctx, in, v.agent.Paths)
	case opCheck:
		out, err = apply(ctx, in, v.agent.Check)
	case opPreview:
		out, err = apply(ctx, in, func(ctx context.Context, w spec.Work) ([]spec.StepPreview, error) {
			steps, err := v.agent.Preview(ctx, w)
			return withoutDiffs(steps, p.Role), err
		})
	case opStart:
		var run spec.Run
		if err = wire.Decode(in, &run); err == nil {
			run.By = requester(p.JID, run.By)
			err = v.agent.Start(ctx, run)
		}
	case opStop:
		if err = wire.Decode(in, &q); err == nil {
			err = v.agent.Stop(ctx, q.Run)
		}
	case opFollow:
		if err = wire.Decode(in, &q); err == nil {
			return v.follow(online, s, p, q)
		}
	case opUnfollow:
		if err = wire.Decode(in, &q); err == nil {
			v.unfollow(followerKey{p.JID, q.Follow})
		}
	default:
		err = spec.Errorf(spec.Invalid, "the agent cannot %q", wire.Brief(string(o)))
	}
	return out, nil, err
}

// withoutDiffs leaves out what is in files, which only those who deploy may read.
func withoutDiffs(steps []spec.StepPreview, role access.Role) []spec.StepPreview {
	if role == access.Deploy {
		return steps
	}
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Changes = slices.Clone(steps[i].Changes)
		for j := range steps[i].Changes {
			steps[i].Changes[j].Diff = ""
		}
	}
	return steps
}

// visible leaves out what only those who deploy need: what steps returned.
func visible(stacks []spec.Stack, role access.Role) []spec.Stack {
	if role == access.Deploy {
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

// encoded is a result on its way. Whoever asks is told no secret.
func encoded[T any](v T, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return value.Encode(v, value.Hide())
}

func apply[Q, T any](ctx context.Context, in []byte, do func(context.Context, Q) (T, error)) ([]byte, error) {
	var q Q
	if err := wire.Decode(in, &q); err != nil {
		return nil, err
	}
	return encoded(do(ctx, q))
}

// requester is who asked for a run: the address that the server vouches for, and whatever
// name the client gives besides.
func requester(from session.JID, claim string) string {
	if claim == "" || claim == string(from.Bare()) {
		return string(from.Bare())
	}
	return wire.Brief(claim) + " (" + string(from.Bare()) + ")"
}
