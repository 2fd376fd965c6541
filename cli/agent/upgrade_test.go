package agent

import (
	"context"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// away is an agent that vanishes with every third call, and forgets nothing.
type away struct {
	calls, bytes int
	have         []byte
	state        spec.UpgradeState
}

func (a *away) answer() (spec.UpgradeState, error) {
	if a.calls++; a.calls%3 == 0 {
		return spec.UpgradeState{}, spec.Errorf(spec.Unavailable, "the agent is away")
	}
	a.state.Have = len(a.have)
	return a.state, nil
}

func (a *away) StageUpgrade(_ context.Context, p spec.Piece) (spec.UpgradeState, error) {
	data, err := base64.StdEncoding.DecodeString(p.Data)
	if err != nil {
		return spec.UpgradeState{}, err
	}
	if p.At == len(a.have) {
		a.have = append(a.have, data...)
	}
	a.bytes += len(data)
	if a.state.Waiting { // it is back
		a.state = spec.UpgradeState{Program: p.Digest, Version: "2", Pending: true}
	}
	return a.answer()
}

func (a *away) Upgrade(context.Context, spec.UpgradeOrder) (spec.UpgradeState, error) {
	a.state.Waiting = true
	return a.answer()
}

func (a *away) ConfirmUpgrade(context.Context, string) (spec.UpgradeState, error) {
	a.state.Pending = false
	return a.answer()
}

// A program goes on from where the connection broke, and is confirmed when it runs.
func TestAnUpgradeGoesOnWhereItBroke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &upgrading{file: transfer.File{Digest: "d", Packed: []byte(strings.Repeat("0123456789", 200_000))}}
		u.Err = io.Discard
		a := &away{}
		version, changed, err := u.agent(t.Context(), "web1", a)
		if err != nil || version != "2" || !changed || a.state.Pending {
			t.Fatalf("%q, %v, %v, pending: %v", version, changed, err, a.state.Pending)
		}
		if string(a.have) != string(u.file.Packed) {
			t.Error("it has not arrived as it was sent")
		}
		if most := len(u.file.Packed) * 2; a.bytes > most {
			t.Errorf("of %d bytes %d were sent", len(u.file.Packed), a.bytes)
		}
	})
}
