package access

import (
	"log/slog"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Role is what a master may do.
type Role int

// The roles. The zero value may only look.
const (
	Observe Role = iota // ask, and follow runs; what steps returned is not told
	Deploy              // also start and stop runs, and replace the agent's program
	Push                // also hand over modules
)

// String names the role as configurations do.
func (r Role) String() string {
	switch r {
	case Push:
		return "push"
	case Deploy:
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
	case "push":
		return Push, nil
	}
	return Observe, spec.Errorf(spec.Invalid, "there is no role %q", s).WithHint("it is observe, deploy or push")
}

// Masters are those who may call an agent, by bare address.
type Masters map[session.JID]Role

// Peer is who asks for something.
type Peer struct {
	JID  session.JID // full
	Role Role
}

// Refusals logs who was refused. Those who are on no list are refused so often in a
// second, and told so; who asks more often is not answered, and not logged each time.
type Refusals struct {
	log   *slog.Logger
	limit session.Limit
}

// NewRefusals logs to log.
func NewRefusals(log *slog.Logger) *Refusals { return &Refusals{log: log} }

// Answer notes a refusal, and reports whether to answer.
func (r *Refusals) Answer(from session.JID, what string) bool {
	missed, ok := r.limit.Pass()
	if ok {
		r.log.Warn("refused", "from", wire.Brief(string(from)), "what", wire.Brief(what), "unanswered", missed)
	}
	return ok
}
