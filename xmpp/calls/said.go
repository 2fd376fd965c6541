package calls

import (
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// started notes a run of ours, which may be told here in the room of its deployment.
func (c *Client) started(at session.JID, run spec.Run) {
	if s := c.connector.Status().Session; s != nil {
		run.By = requester(s.JID(), run.By)
		c.speaker.Started(run, at.Local())
	}
}

// reportSaid tells an agent how much of a run was said in the room by now: it goes on there
// if we vanish.
func (c *Client) reportSaid(f *following) {
	said := f.telling.Said()
	s := c.connector.Status().Session
	if said <= f.said || s == nil {
		return
	}
	f.said = said
	s.Post(session.Stanza("message", "type", "headline", "to", string(f.agent)).
		Add(session.New(wire.Namespace, "said", "follow", f.id, "after", strconv.Itoa(said))))
}

// Message takes a message of a client that may deploy: how much it has said of a run.
func (v *Server) Message(e *session.Element) {
	said := e.Kid(wire.Namespace, "said")
	if said == nil || e.Type() != "headline" {
		return
	}
	n, err := strconv.Atoi(said.Attr("after"))
	if err != nil {
		return
	}
	key := followerKey{e.From(), said.Attr("follow")}
	v.mu.Lock()
	f := v.followers[key]
	v.mu.Unlock()
	if f != nil {
		v.rooms.Said(f.run, key.speaking(), n)
	}
}

func (k followerKey) speaking() muc.Speaking { return muc.Speaking{Peer: k.peer, Follow: k.id} }

// offer takes the offer of a follower to tell its run in the room, if it makes one.
func (v *Server) offer(key followerKey, f *follower, q parameters) (said int, speak bool) {
	if q.Rooms == "" || f.role < opStart.needs() {
		return 0, false
	}
	who := key.speaking()
	v.rooms.Said(q.Run, who, q.Said)
	return v.rooms.Speak(q.Run, who, muc.Offer{Service: q.Rooms, After: q.After, Queued: q.Queued})
}
