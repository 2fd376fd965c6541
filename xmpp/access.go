package xmpp

import (
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
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

// may reports whether a role may do an operation.
func (r Role) may(o op) bool {
	return r == Deploy || o != opStart && o != opStop
}

// Those who are on no list are refused so often in a second, and told so; who asks
// more often is not answered, and not logged each time.
const refusals = 20

// audit logs who was refused, and bounds what that costs.
type audit struct {
	log *slog.Logger

	mu      sync.Mutex
	left    int
	second  time.Time
	dropped int
}

// refused reports whether to answer.
func (a *audit) refused(from session.JID, what string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); now.Sub(a.second) >= time.Second {
		a.second, a.left = now, refusals
	}
	if a.left == 0 {
		a.dropped++
		return false
	}
	a.left--
	a.log.Warn("refused", "from", cut(string(from)), "what", cut(what), "unanswered", a.dropped)
	a.dropped = 0
	return true
}

// cut keeps what strangers say short.
func cut(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}
