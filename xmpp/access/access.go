package access

import (
	"log/slog"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Role is what a master may do.
type Role int

// The roles. The zero value may only look.
const (
	Observe Role = iota // ask, and follow runs; what steps returned is not told
	Request             // also start what somebody else has approved, and stop runs
	Approve             // also approve what others ask for
	Deploy              // also start what nobody has approved, and replace the agent's program
	Push                // also hand over modules
)

// roleNames are the roles as configurations name them, by their number.
func roleNames() []string { return []string{"observe", "request", "approve", "deploy", "push"} }

// String names the role as configurations do.
func (r Role) String() string { return roleNames()[r] }

// Supervised reports whether somebody else has to approve what who has the role starts.
func (r Role) Supervised() bool { return r == Request || r == Approve }

// ParseRole reads what String writes.
func ParseRole(s string) (Role, error) {
	if i := slices.Index(roleNames(), s); i >= 0 {
		return Role(i), nil
	}
	return Observe, spec.Errorf(spec.Invalid, "there is no role %q", s).WithHint("it is %s", RoleNames())
}

// RoleNames lists the roles for people.
func RoleNames() string { return "deploy, push, approve, request or observe" }

// Masters are those who may call an agent, by bare address.
type Masters map[session.JID]Role

// Approvers are those who may approve what somebody asks for, by name.
func (m Masters) Approvers(asks session.JID) []string {
	out := []string{}
	for jid, role := range m {
		if role >= Approve && jid.Bare() != asks.Bare() {
			out = append(out, string(jid.Bare()))
		}
	}
	slices.Sort(out)
	return out
}

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
