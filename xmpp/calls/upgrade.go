package calls

import (
	"context"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// noUpgrader is the end of an agent whose program is not replaced by way of the network.
type noUpgrader struct{}

func (noUpgrader) cannot() (spec.UpgradeState, error) {
	return spec.UpgradeState{}, spec.Errorf(spec.Denied, "this agent cannot be upgraded over the network")
}

// StageUpgrade refuses.
func (n noUpgrader) StageUpgrade(context.Context, spec.Piece) (spec.UpgradeState, error) {
	return n.cannot()
}

// Upgrade refuses.
func (n noUpgrader) Upgrade(context.Context, spec.UpgradeOrder) (spec.UpgradeState, error) {
	return n.cannot()
}

// ConfirmUpgrade refuses.
func (n noUpgrader) ConfirmUpgrade(context.Context, string) (spec.UpgradeState, error) {
	return n.cannot()
}

// Upgrader replaces the program of the agent of an account.
func (c *Client) Upgrader(jid session.JID) spec.Upgrader { return upgrader{c, full(jid)} }

type upgrader struct {
	c   *Client
	jid session.JID // full
}

// StageUpgrade hands a piece over.
func (u upgrader) StageUpgrade(ctx context.Context, p spec.Piece) (out spec.UpgradeState, err error) {
	err = u.c.call(ctx, u.jid, opStageUpgrade, p, &out)
	return out, err
}

// Upgrade orders.
func (u upgrader) Upgrade(ctx context.Context, o spec.UpgradeOrder) (out spec.UpgradeState, err error) {
	err = u.c.call(ctx, u.jid, opUpgrade, o, &out)
	return out, err
}

// ConfirmUpgrade says that the new program answers.
func (u upgrader) ConfirmUpgrade(ctx context.Context, digest string) (out spec.UpgradeState, err error) {
	err = u.c.call(ctx, u.jid, opConfirmUpgrade, parameters{Digest: digest}, &out)
	return out, err
}
