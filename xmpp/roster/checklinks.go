package roster

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// How agents are asked whether they are there. One that is gone is off within half a
// minute, in a fleet of up to 500.
const (
	checkEvery  = 10 * time.Second // each agent, or as often as checkBatch allows
	checkBatch  = 25               // agents are asked at once, and then none for a second: a stock Prosody of Debian reads 10 kB a second
	checkAnswer = 7 * time.Second  // within which an agent answers
	checkAgain  = 3 * time.Second  // within which it does when asked once more
)

// CheckLinks asks the agents that are online whether they are there (XEP-0199), again
// and again until the session or ctx ends: a server may take long to notice that one has
// vanished without a word, if it ever does.
func (f *Fleet) CheckLinks(ctx context.Context, s *session.Session) {
	var checks sync.WaitGroup
	defer checks.Wait()
	var asked sync.Map // who has not answered yet
	for ctx.Err() == nil && !s.HasEnded() {
		begun := time.Now()
		for i, full := range f.connected() {
			if i%checkBatch == checkBatch-1 { // together they wake a program that is idle less often
				session.Sleep(ctx, time.Second)
			}
			if _, waits := asked.LoadOrStore(full, true); waits {
				continue
			}
			checks.Go(func() {
				defer asked.Delete(full)
				f.checkLink(ctx, s, full)
			})
		}
		session.Sleep(ctx, checkEvery-time.Since(begun))
	}
}

// connected are the full addresses of the agents that the server counts as online.
func (f *Fleet) connected() []session.JID {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []session.JID
	for _, h := range f.hosts {
		if h.full != "" {
			out = append(out, h.full)
		}
	}
	return out
}

// checkLink notes whether an agent is there. One that does not answer is asked once more,
// when the server has dealt with all that was written before: our own link may be slow.
func (f *Fleet) checkLink(ctx context.Context, s *session.Session, full session.JID) {
	there := answersPing(ctx, s, full, checkAnswer)
	if !there {
		if !answersPing(ctx, s, session.JID(s.JID().Domain()), checkAnswer) {
			return // the server does not answer either, which the session notices itself
		}
		there = answersPing(ctx, s, full, checkAgain)
	}
	if ctx.Err() != nil || s.HasEnded() {
		return
	}
	f.mu.Lock()
	h := f.hosts[full.Bare()]
	same := h == nil || h.full != full || (h.Link == spec.LinkOn) == there
	f.mu.Unlock()
	if same {
		return
	}
	f.change(func() {
		if h := f.hosts[full.Bare()]; h != nil && h.full == full {
			h.answers(there)
		}
	})
}

// answersPing reports whether an answer comes, be it an error: who does not know pings is
// there, and of who has left, the server says so by presence.
func answersPing(ctx context.Context, s *session.Session, to session.JID, most time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	_, err := s.Call(ctx, "get", to, session.New(nsPing, "ping"))
	return !errors.Is(err, context.DeadlineExceeded)
}
