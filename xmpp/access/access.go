package access

import (
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Role is what a master may do.
type Role int

// The roles. The zero value may only look.
const (
	Observe Role = iota // ask, and follow runs; what steps returned is not told
	Deploy              // also start and stop runs
)

// String names the role as configurations do.
func (r Role) String() string {
	if r == Deploy {
		return "deploy"
	}
	return "observe"
}

// ParseRole reads what String writes.
func ParseRole(s string) (Role, error) {
	switch s {
	case "observe":
		return Observe, nil
	case "deploy":
		return Deploy, nil
	}
	return Observe, spec.Errorf(spec.Invalid, "there is no role %q", s).WithHint("it is observe or deploy")
}

// Masters are those who may call an agent, by bare address.
type Masters map[session.JID]Role

// Peer is who asks for something.
type Peer struct {
	JID  session.JID // full
	Role Role
}

// Those who are on no list are refused so often in a second, and told so; who asks
// more often is not answered, and not logged each time.
const refusals = 20

// Refusals logs who was refused, and bounds what that costs.
type Refusals struct {
	log *slog.Logger

	mu      sync.Mutex
	left    int
	second  time.Time
	dropped int
}

// NewRefusals logs to log.
func NewRefusals(log *slog.Logger) *Refusals { return &Refusals{log: log} }

// Answer notes a refusal, and reports whether to answer.
func (r *Refusals) Answer(from session.JID, what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); now.Sub(r.second) >= time.Second {
		r.second, r.left = now, refusals
	}
	if r.left == 0 {
		r.dropped++
		return false
	}
	r.left--
	r.log.Warn("refused", "from", wire.Brief(string(from)), "what", wire.Brief(what), "unanswered", r.dropped)
	r.dropped = 0
	return true
}
