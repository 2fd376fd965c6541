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
func (v *Server) operate(ctx, online context.Context, s *session.Session, p access.Peer, o operation, call *session.Element, in []byte) (out []byte, after func(), err error) {
	var q parameters
	switch o {
	case opInfo:
		var info spec.Info
		if info, err = v.agent.Info(ctx); err == nil {
			info.Observer = p.Role == access.Observe
			if info.Supervised = p.Role.Supervised(); info.Supervised {
				info.Approvers = v.masters.Approvers(p.JID)
			}
			out, err = encoded(info, nil)
		}
	case opStacks:
		var stacks []spec.Stack
		if err = wire.Decode(in, &q); err == nil && q.Brief {
			stacks, err = v.agent.BriefStacks(ctx)
		} else if err == nil {
			stacks, err = v.agent.Stacks(ctx)
		}
		if err == nil {
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
		out, err = apply(ctx, in, func(ctx context.Context, w work) ([]spec.StepPreview, error) {
			steps, err := v.agent.Preview(ctx, w.Work, w.Then...)
			return withoutDiffs(steps, p.Role), err
		})
	case opDrift:
		if err = wire.Decode(in, &q); err == nil {
			var d spec.Drift
			d, err = v.agent.Drift(ctx, q.Lifecycle)
			out, err = encoded(driftWithoutDiffs(d, p.Role), err)
		}
	case opStart:
		var run spec.Run
		if err = wire.Decode(in, &run); err == nil {
			run.By, run.Supervised = requester(p.JID, run.By), p.Role.Supervised()
			return v.start(ctx, online, s, p, run, session.JID(call.Attr("rooms")), call.Attr("follow"))
		}
	case opStop:
		if err = wire.Decode(in, &q); err == nil {
			err = v.agent.Stop(ctx, q.Run)
		}
	case opConfirm:
		if err = wire.Decode(in, &q); err == nil {
			err = v.agent.Confirm(ctx, q.Run)
		}
	case opFollow:
		if err = wire.Decode(in, &q); err == nil {
			return v.follow(online, s, p, q)
		}
	case opUnfollow:
		if err = wire.Decode(in, &q); err == nil {
			v.unfollow(followerKey{p.JID, q.Follow}, q.Said)
		}
	case opPutDeployment:
		var d spec.DeploymentRecord
		if err = wire.Decode(in, &d); err == nil {
			d.PutBy = string(p.JID.Bare())
			err = v.agent.PutDeployment(ctx, d)
		}
	case opDeployments:
		out, err = encoded(v.agent.Deployments(ctx))
	case opDeployment:
		if err = wire.Decode(in, &q); err == nil {
			out, err = handedOver(v.agent.Deployment(ctx, q.Deployment))
		}
	case opPropose:
		var x spec.Proposal
		if err = wire.Decode(in, &x); err == nil {
			x.By = string(p.JID.Bare())
			err = v.agent.Propose(ctx, x)
		}
	case opProposals:
		out, err = encoded(v.agent.Proposals(ctx))
	case opProposal:
		if err = wire.Decode(in, &q); err == nil {
			out, err = encoded(v.agent.Proposal(ctx, q.Deployment))
		}
	case opDecide:
		var d spec.Decision
		if err = wire.Decode(in, &d); err == nil {
			d.By = string(p.JID.Bare())
			err = v.agent.Decide(ctx, d)
		}
	case opStageUpgrade:
		out, err = apply(ctx, in, v.upgrader.StageUpgrade)
	case opUpgrade:
		out, err = apply(ctx, in, v.upgrader.Upgrade)
	case opConfirmUpgrade:
		if err = wire.Decode(in, &q); err == nil {
			out, err = encoded(v.upgrader.ConfirmUpgrade(ctx, q.Digest))
		}
	case opStageModules:
		out, err = apply(ctx, in, v.modules.StageModules)
	case opUseModules:
		out, err = apply(ctx, in, func(ctx context.Context, order spec.BundleOrder) (spec.BundleState, error) {
			order.By = requester(p.JID, order.By)
			return v.modules.UseModules(ctx, order)
		})
	default:
		err = spec.Errorf(spec.Invalid, "the agent cannot %q", wire.Brief(string(o)))
	}
	return out, nil, err
}

// withoutDiffs leaves out what is in files and what calls return, which only those who deploy may read.
func withoutDiffs(steps []spec.StepPreview, role access.Role) []spec.StepPreview {
	if role >= access.Request {
		return steps
	}
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Returns = nil
		steps[i].Changes = slices.Clone(steps[i].Changes)
		for j := range steps[i].Changes {
			steps[i].Changes[j].Diff = ""
		}
	}
	return steps
}

// driftWithoutDiffs does the same for what differs from what steps left.
func driftWithoutDiffs(d spec.Drift, role access.Role) spec.Drift {
	if role >= access.Request {
		return d
	}
	d.Findings = slices.Clone(d.Findings)
	for i := range d.Findings {
		d.Findings[i].Diff = ""
	}
	return d
}

// visible leaves out what only those who deploy need: what steps returned.
func visible(stacks []spec.Stack, role access.Role) []spec.Stack {
	if role >= access.Request {
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

// handedOver is a result with its secrets, for whoever may deploy.
func handedOver[T any](v T, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return value.Encode(v, value.HandOver())
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
