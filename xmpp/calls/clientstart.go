package calls

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// begunTime is how long the events of a run that was started are kept for who follows it.
const begunTime = 45 * time.Second

// runKey is a run of an agent.
type runKey struct {
	agent session.JID // full
	run   spec.RunID
}

// begun is a run that has been followed since it was started: that costs no call more than
// starting it. Follow goes on with it.
type begun struct {
	f       *following
	first   batch // the answer to Start
	changed changes
	was     roster.Sessions // of the agent, when it was asked
	timer   *time.Timer     // ends it if nobody follows the run
}

// Start hands a run over. If the answer is lost, starting it again is right. As long
// as ctx lasts, it waits for the server, and for an agent that was there before: a
// deployment does not fail because they are down for a while.
func (a *agent) Start(ctx context.Context, r spec.Run) error {
	x := begun{f: a.c.begin(a.jid)}
	for tries := 0; ; {
		x.changed, x.was = a.c.watch(), a.c.fleet.Sessions(a.jid)
		reply, err := a.c.reply(ctx, a.jid, opStart, r, session.Attr{Name: "rooms", Value: string(a.c.speaker.Service())}, session.Attr{Name: "follow", Value: x.f.id})
		if err == nil {
			a.c.started(a.jid, r)
		}
		if err == nil && len(reply) > 0 && wire.Decode(reply, &x.first) == nil {
			a.c.keepBegun(runKey{a.jid, r.ID}, &x)
			return nil
		}
		if err == nil || ctx.Err() != nil || !a.c.comesBack(a.jid, err) {
			a.c.end(x.f, err == nil) // an agent that has the run does not tell it, or knows it from before
			return err
		}
		tries++
		a.c.rest(ctx, x.changed, min(againTime<<min(tries, 10), slowest))
	}
}

// keepBegun keeps what is told of a run for who follows it.
func (c *Client) keepBegun(key runKey, x *begun) {
	c.mu.Lock()
	old := c.begun[key]
	c.begun[key] = x
	x.timer = time.AfterFunc(begunTime, func() {
		if x.leave(c, key) {
			c.end(x.f, x.first.Ended)
		}
	})
	c.mu.Unlock()
	if old != nil {
		old.timer.Stop()
		c.end(old.f, old.first.Ended)
	}
}

// leave takes it from those that are kept, and reports whether it was one of them.
func (x *begun) leave(c *Client, key runKey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun[key] != x {
		return false
	}
	delete(c.begun, key)
	return true
}

// follow gives what was told of a run since it was started, nil if there is nothing or
// the follower knows events already.
func (c *Client) follow(key runKey, after int) *begun {
	c.mu.Lock()
	x := c.begun[key]
	delete(c.begun, key)
	c.mu.Unlock()
	if x == nil {
		return nil
	}
	x.timer.Stop()
	if x.f.telling = c.speaker.Tell(key.run, 0); after > 0 || x.first.Speak && x.f.telling == nil {
		c.end(x.f, x.first.Ended)
		return nil
	}
	return x
}
