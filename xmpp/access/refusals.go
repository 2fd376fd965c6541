package access

import (
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/text"
)

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
	r.log.Warn("refused", "from", text.Brief(string(from)), "what", text.Brief(what), "unanswered", r.dropped)
	r.dropped = 0
	return true
}
