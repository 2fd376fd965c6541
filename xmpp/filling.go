package xmpp

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

// What commands may cost an agent: so many are begun at once, by one master and by
// all; one that is not touched for a while is forgotten.
const (
	mostFillings = 256
	mostOfOne    = 20
	fillingTime  = 15 * time.Minute
	mostNotes    = 20
)

// filling is a command that a master has begun, and its form.
type filling struct {
	id        string
	peer      session.JID // full
	node      string
	name      string
	route     spec.Route
	questions *form.Questions
	used      time.Time // guarded by the lock of fillings

	mu      sync.Mutex
	values  form.Values // given so far
	run     spec.RunID  // "" before it was started
	secrets []string    // of the run, not to be shown
}

// fillings are all commands that were begun.
type fillings struct {
	mu  sync.Mutex
	all map[string]*filling
}

func newFillings() *fillings { return &fillings{all: map[string]*filling{}} }

// add names a command and keeps it; the oldest of the same master makes room for it.
func (fs *fillings) add(f *filling) error {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.sweep()
	var oldest *filling
	n := 0
	for _, g := range fs.all {
		if g.peer.Bare() != f.peer.Bare() {
			continue
		}
		if n++; oldest == nil || g.used.Before(oldest.used) {
			oldest = g
		}
	}
	switch {
	case n >= mostOfOne:
		delete(fs.all, oldest.id)
	case len(fs.all) >= mostFillings:
		return spec.Errorf(spec.Unavailable, "too many commands have been begun").WithHint("try again later")
	}
	f.id, f.used = rand.Text(), time.Now()
	fs.all[f.id] = f
	return nil
}

// find gives the command that a client goes on with, nil if there is none.
func (fs *fillings) find(peer session.JID, node, id string) *filling {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.sweep()
	f := fs.all[id]
	if f == nil || f.peer != peer || f.node != node {
		return nil
	}
	f.used = time.Now()
	return f
}

func (fs *fillings) drop(f *filling) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	delete(fs.all, f.id)
}

func (fs *fillings) sweep() {
	for id, f := range fs.all {
		if time.Since(f.used) > fillingTime {
			delete(fs.all, id)
		}
	}
}

func (f *filling) command(status string) *session.Element {
	return session.New(nsCommands, "command", "node", f.node, "sessionid", f.id, "status", status)
}

// form asks, or asks again and says what was wrong.
func (f *filling) form(iq *session.Element, given form.Values, wrong []form.Wrong) *session.Element {
	way := ""
	for i, step := range f.route.Steps {
		if i > 0 {
			way += ", "
		}
		way += step.Name()
	}
	x := form.Form{Type: form.Ask, Title: f.name, Fields: f.questions.Fields(given)}
	if f.route.Provide.Help != "" {
		x.Instructions = append(x.Instructions, f.route.Provide.Help)
	}
	x.Instructions = append(x.Instructions, "It will: "+way+".")
	answer := f.command("executing").Add(session.New(nsCommands, "actions", "execute", "complete").Add(session.New(nsCommands, "complete")), x.Element())
	for i, w := range wrong {
		if i == mostNotes {
			break
		}
		text := w.Msg
		if w.Field != "" {
			text = w.Field + ": " + text
		}
		answer.Add(note("error", text))
	}
	return session.Answer(iq, answer)
}
