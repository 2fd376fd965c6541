package calls

import (
	"context"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// noKeeper is the end of an agent that is handed no modules.
type noKeeper struct{}

func (noKeeper) cannot() (spec.BundleState, error) {
	return spec.BundleState{}, spec.Errorf(spec.Denied, "this agent takes no modules over the network")
}

// StageModules refuses.
func (n noKeeper) StageModules(context.Context, spec.Piece) (spec.BundleState, error) {
	return n.cannot()
}

// UseModules refuses.
func (n noKeeper) UseModules(context.Context, spec.BundleOrder) (spec.BundleState, error) {
	return n.cannot()
}

// ModuleKeeper keeps modules for the agent of an account.
func (c *Client) ModuleKeeper(jid session.JID) spec.ModuleKeeper { return keeper{c, full(jid)} }

type keeper struct {
	c   *Client
	jid session.JID // full
}

// StageModules hands a piece over.
func (k keeper) StageModules(ctx context.Context, p spec.Piece) (out spec.BundleState, err error) {
	err = k.c.call(ctx, k.jid, opStageModules, p, &out)
	return out, err
}

// UseModules orders.
func (k keeper) UseModules(ctx context.Context, o spec.BundleOrder) (out spec.BundleState, err error) {
	err = k.c.call(ctx, k.jid, opUseModules, o, &out)
	return out, err
}
