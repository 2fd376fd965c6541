package xmpptest

import (
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// Router is a server in memory, as small as can be: it delivers stanzas between
// those who are connected, everybody sees everybody's presence, and is in everybody's
// roster.
type Router struct {
	Rate     int                        // bytes in a second that it takes from each; 0 is all there are
	Tap      func(stanza string) string // is given what accounts send each other, and gives what is delivered; nil changes nothing
	mu       sync.Mutex
	accounts map[session.JID]bool // bare
	conns    map[session.JID]*routed
	work     sync.WaitGroup
	rooms    map[session.JID]*chat // by address
	quiet    bool                  // rooms say nothing

	delivered int
}

type routed struct {
	jid      session.JID
	conn     net.Conn
	presence string
	mu       sync.Mutex
	queue    []string
	more     chan struct{}
	gone     chan struct{}
}

// NewRouter makes a server in memory.
func NewRouter() *Router {
	return &Router{accounts: map[session.JID]bool{}, conns: map[session.JID]*routed{}, rooms: map[session.JID]*chat{}}
}

// Open is a session.Opener for an account.
func (r *Router) Open(jid session.JID) session.Opener {
	r.mu.Lock()
	r.accounts[jid.Bare()] = true
	r.mu.Unlock()
	return func(context.Context) (*session.Session, error) {
		ours, theirs := net.Pipe()
		c := &routed{jid: jid, conn: theirs, more: make(chan struct{}, 1), gone: make(chan struct{})}
		r.mu.Lock()
		if old := r.conns[jid]; old != nil {
			old.send("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
		}
		r.conns[jid] = c
		r.mu.Unlock()
		r.work.Go(func() { r.read(c) })
		r.work.Go(c.write)
		return session.Over(ours, jid, nil), nil
	}
}

// Wait waits until nothing of the router works any more.
func (r *Router) Wait() { r.work.Wait() }

func (c *routed) send(text string) {
	c.mu.Lock()
	c.queue = append(c.queue, text)
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

func (c *routed) write() {
	for {
		c.mu.Lock()
		queue := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, text := range queue {
			if _, err := c.conn.Write([]byte(text)); err != nil {
				return
			}
		}
		select {
		case <-c.more:
		case <-c.gone:
			return
		}
	}
}

type anyStanza struct {
	XMLName xml.Name
	To      string `xml:"to,attr"`
	ID      string `xml:"id,attr"`
	Type    string `xml:"type,attr"`
	Inner   string `xml:",innerxml"`
}

func (e anyStanza) from(who session.JID) string {
	attrs := ""
	for _, a := range [][2]string{{"from", string(who)}, {"to", e.To}, {"id", e.ID}, {"type", e.Type}} {
		if a[1] != "" {
			attrs += fmt.Sprintf(" %s='%s'", a[0], a[1])
		}
	}
	return fmt.Sprintf("<%s%s>%s</%s>", e.XMLName.Local, attrs, e.Inner, e.XMLName.Local)
}

func (r *Router) read(c *routed) {
	defer func() {
		close(c.gone)
		_ = c.conn.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.conns[c.jid] == c {
			delete(r.conns, c.jid)
			for at := range r.rooms {
				r.part(at, c)
			}
			if c.presence != "" {
				r.broadcast(c, fmt.Sprintf("<presence type='unavailable' from='%s'/>", c.jid))
			}
		}
	}()
	d := xml.NewDecoder(c.conn)
	for {
		tok, err := d.Token()
		if err != nil {
			return
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		var e anyStanza
		if err := d.DecodeElement(&e, &start); err != nil {
			return
		}
		if r.Rate > 0 {
			time.Sleep(time.Duration(len(e.Inner)) * time.Second / time.Duration(r.Rate))
		}
		r.mu.Lock()
		r.route(c, e)
		r.mu.Unlock()
	}
}

func (r *Router) broadcast(from *routed, text string) {
	for _, other := range r.conns {
		if other != from && other.presence != "" {
			other.send(text)
		}
	}
}

func (r *Router) route(c *routed, e anyStanza) {
	switch {
	case session.JID(e.To).Domain() == "logs.test" && strings.Contains(e.To, "@"):
		r.chat(c, e, session.JID(e.To).Bare())
	case e.XMLName.Local == "presence" && e.To == "" && e.Type == "":
		if c.presence == "" {
			for _, other := range r.conns {
				if other != c && other.presence != "" {
					c.send(other.presence)
				}
			}
		}
		c.presence = e.from(c.jid)
		r.broadcast(c, c.presence)
	case e.XMLName.Local == "presence" && e.To == "" && e.Type == "unavailable" && c.presence != "":
		c.presence = ""
		r.broadcast(c, e.from(c.jid))
	case e.XMLName.Local == "presence":
		return // everybody sees everybody already
	case e.To == "" && strings.Contains(e.Inner, "jabber:iq:roster"):
		items := ""
		for jid := range r.accounts {
			if jid != c.jid.Bare() {
				items += fmt.Sprintf("<item jid='%s' subscription='both'/>", jid)
			}
		}
		c.send(fmt.Sprintf("<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>%s</query></iq>", e.ID, items))
	case e.XMLName.Local == "iq" && (e.To == "" || !strings.Contains(e.To, "@")):
		if e.Type == "get" || e.Type == "set" {
			c.send(fmt.Sprintf("<iq type='result' id='%s' from='%s'/>", e.ID, e.To))
		}
	default:
		to := r.conns[session.JID(e.To)]
		for jid, other := range r.conns { // what is written to an account arrives at one of its clients
			if to == nil && e.XMLName.Local == "message" && jid.Bare() == session.JID(e.To) {
				to = other
			}
		}
		switch {
		case to != nil:
			text := e.from(c.jid)
			if r.Tap != nil {
				text = r.Tap(text)
			}
			to.send(text)
		case e.XMLName.Local == "iq" && (e.Type == "get" || e.Type == "set"):
			c.send(fmt.Sprintf("<iq type='error' id='%s' from='%s'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>", e.ID, e.To))
		}
	}
}

// Cut ends the connection of an account.
func (r *Router) Cut(jid session.JID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.conns[jid]; c != nil {
		_ = c.conn.Close()
	}
}

// Deliver sends a text to an account, as a server does that ends its stream.
func (r *Router) Deliver(jid session.JID, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.conns[jid]; c != nil {
		c.send(text)
	}
}
