package spec

import (
	"context"
	"fmt"
	"time"
)

// UpgradeOrder says that the program which was handed over is to run, and is signed.
type UpgradeOrder struct {
	Digest    string    `json:"digest"`
	Size      int       `json:"size"`      // of the program, in bytes
	Until     time.Time `json:"until"`     // the order does not hold any more
	Signature string    `json:"signature"` // Ed25519, in base64, of what Signed gives
}

// Signed is the text that is signed.
func (o UpgradeOrder) Signed() []byte {
	return fmt.Appendf(nil, "armonic upgrade 1\n%s\n%d\n%d\n", o.Digest, o.Size, o.Until.Unix())
}

// UpgradeState is how far an agent is with the program of a digest.
type UpgradeState struct {
	Program string `json:"program"`           // the digest of the one that runs
	Version string `json:"version,omitempty"` // of Armonic, of the one that runs
	Have    int    `json:"have,omitempty"`    // packed bytes of the other one that have arrived
	Waiting bool   `json:"waiting,omitempty"` // it was ordered, and runs are finished first
	Pending bool   `json:"pending,omitempty"` // it runs, and goes again unless it is confirmed
	Failed  string `json:"failed,omitempty"`  // why it was ordered and does not run
}

// Upgrader replaces the program of an agent. What is done twice is done once.
type Upgrader interface {
	// StageUpgrade keeps a piece, if it is the next one.
	StageUpgrade(ctx context.Context, p Piece) (UpgradeState, error)
	// Upgrade checks digest and signature of what was handed over, and has it run as soon as
	// no run is executed or waits. The error is Denied if the signature does not count, and
	// Invalid if the program is not what was signed; then all pieces are forgotten.
	Upgrade(ctx context.Context, o UpgradeOrder) (UpgradeState, error)
	// ConfirmUpgrade says that the new program was reached and answers. One that is not
	// confirmed within a minute is replaced by the old one.
	ConfirmUpgrade(ctx context.Context, digest string) (UpgradeState, error)
}
