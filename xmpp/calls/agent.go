package calls

import (
	"context"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// agent is the agent of an account. Follow is in follow.go.
type agent struct {
	c   *Client
	jid session.JID // full
}

var _ spec.Agent = (*agent)(nil)

// Info says what the host is.
func (a *agent) Info(ctx context.Context) (out spec.Info, err error) {
	err = a.c.call(ctx, a.jid, opInfo, parameters{}, &out)
	return out, err
}

// Describe lists resources.
func (a *agent) Describe(ctx context.Context, p spec.Pattern) (out []spec.Resource, err error) {
	err = a.c.call(ctx, a.jid, opDescribe, parameters{Pattern: p}, &out)
	return out, err
}

// Provides lists what can be called.
func (a *agent) Provides(ctx context.Context, p spec.Pattern) (out []spec.Provide, err error) {
	err = a.c.call(ctx, a.jid, opProvides, parameters{Pattern: p}, &out)
	return out, err
}

// Route says which states to cross.
func (a *agent) Route(ctx context.Context, q spec.RouteQuery) (out spec.Route, err error) {
	err = a.c.call(ctx, a.jid, opRoute, q, &out)
	return out, err
}

// Paths lists the ways to a state.
func (a *agent) Paths(ctx context.Context, q spec.PathsQuery) (out spec.Paths, err error) {
	err = a.c.call(ctx, a.jid, opPaths, q, &out)
	return out, err
}

// Check validates inputs.
func (a *agent) Check(ctx context.Context, w spec.Work) (out []spec.Problem, err error) {
	err = a.c.call(ctx, a.jid, opCheck, w, &out)
	return out, err
}

// Preview says what work would change.
func (a *agent) Preview(ctx context.Context, w spec.Work, then ...spec.Work) (out []spec.StepPreview, err error) {
	err = a.c.call(ctx, a.jid, opPreview, work{w, then}, &out)
	return out, err
}

// Drift says how the host differs from what steps left.
func (a *agent) Drift(ctx context.Context, lifecycle string) (out spec.Drift, err error) {
	err = a.c.call(ctx, a.jid, opDrift, parameters{Lifecycle: lifecycle}, &out)
	return out, err
}

// Stacks lists what is applied. Secrets in it are empty: the agent keeps them.
func (a *agent) Stacks(ctx context.Context) (out []spec.Stack, err error) {
	err = a.c.call(ctx, a.jid, opStacks, parameters{}, &out)
	return out, err
}

// BriefStacks lists it with as much of the history as planning needs; an agent that is
// older tells all of it.
func (a *agent) BriefStacks(ctx context.Context) (out []spec.Stack, err error) {
	err = a.c.call(ctx, a.jid, opStacks, parameters{Brief: true}, &out)
	return out, err
}

// Stop asks a run to end.
func (a *agent) Stop(ctx context.Context, id spec.RunID) error {
	return a.c.call(ctx, a.jid, opStop, parameters{Run: id}, nil)
}

// Confirm keeps what a guarded step of a run has changed.
func (a *agent) Confirm(ctx context.Context, id spec.RunID) error {
	return a.c.call(ctx, a.jid, opConfirm, parameters{Run: id}, nil)
}

// PutDeployment hands a record of a deployment over.
func (a *agent) PutDeployment(ctx context.Context, r spec.DeploymentRecord) error {
	return a.c.call(ctx, a.jid, opPutDeployment, r, nil)
}

// Deployments lists the records that the agent keeps.
func (a *agent) Deployments(ctx context.Context) (out []spec.DeploymentSummary, err error) {
	err = a.c.call(ctx, a.jid, opDeployments, parameters{}, &out)
	return out, err
}

// Deployment gives a record.
func (a *agent) Deployment(ctx context.Context, id spec.DeploymentID) (out spec.DeploymentRecord, err error) {
	err = a.c.call(ctx, a.jid, opDeployment, parameters{Deployment: id}, &out)
	return out, err
}

// Propose hands over what is to be approved.
func (a *agent) Propose(ctx context.Context, p spec.Proposal) error {
	return a.c.call(ctx, a.jid, opPropose, p, nil)
}

// Proposals lists what is to be approved.
func (a *agent) Proposals(ctx context.Context) (out []spec.Proposal, err error) {
	err = a.c.call(ctx, a.jid, opProposals, parameters{}, &out)
	return out, err
}

// Proposal gives what is to be approved of a deployment. Secrets in it are hidden.
func (a *agent) Proposal(ctx context.Context, id spec.DeploymentID) (out spec.Proposal, err error) {
	err = a.c.call(ctx, a.jid, opProposal, parameters{Deployment: id}, &out)
	return out, err
}

// Decide approves that, or refuses it.
func (a *agent) Decide(ctx context.Context, d spec.Decision) error {
	return a.c.call(ctx, a.jid, opDecide, d, nil)
}
