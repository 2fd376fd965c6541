package server

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// rooms looks for the service of rooms, and whether a room can be used at once.
func (r *Report) rooms(ctx context.Context, a session.Account, v *probe, wanted string) {
	if wanted == "" {
		r.add("rooms", OK, "", "none are wanted (muc_domain: none)")
		return
	}
	found := v.services(ctx)
	setUp := r.fix(`Component "`+wanted+`" "muc"`, `modules: {mod_muc: {host: "`+wanted+`"}}`)
	switch {
	case slices.Contains(found, wanted):
	case len(found) > 0:
		r.add("rooms", Fail, "--muc-domain "+found[0]+" (muc_domain in the settings); or "+setUp, "%s is no service of rooms, %s is", wanted, strings.Join(found, ", "))
		return
	default:
		r.add("rooms", Fail, setUp+"; or do without: --muc-domain none", "the server has no service of rooms: logs are not shown to other clients")
		return
	}
	room := session.JID("armonic-check-" + token() + "@" + wanted)
	if err := v.join(ctx, room.With("one")); err != nil {
		r.add("rooms", Fail, r.fix(`restrict_room_creation = "local"`, "mod_muc: {access: local, access_create: local}"), "%s: cannot make a room: %v", wanted, err)
		return
	}
	defer v.part(room.With("one"))
	other, err := newProbe(ctx, a)
	if err != nil {
		r.add("rooms", Fail, "", "cannot log in a second time: %v", err)
		return
	}
	defer other.leave()
	if err := other.join(ctx, room.With("two")); err != nil {
		r.add("rooms", Fail, r.fix("muc_room_locking = false", "mod_muc: {access: local}"), "%s: others cannot join a new room: %v", wanted, err)
		return
	}
	other.part(room.With("two"))
	r.add("rooms", OK, "", "%s: a new room can be used at once", wanted)
}

// services are the domains that hold rooms.
func (v *probe) services(ctx context.Context) []string {
	items, err := v.ask(ctx, "get", v.domain, session.New(nsItems, "query"))
	if err != nil {
		return nil
	}
	var out []string
	for _, item := range items.Kids {
		at := item.Attr("jid")
		if item.Local != "item" || at == "" || len(out) == 20 {
			continue
		}
		info, err := v.ask(ctx, "get", session.JID(at), session.New(nsInfo, "query"))
		if err == nil && hasFeature(info, nsMUC) {
			out = append(out, at)
		}
	}
	return out
}

var errNoAnswer = errors.New("no answer")

// join enters a room under a name.
func (v *probe) join(ctx context.Context, as session.JID) error {
	err := v.Send(session.Stanza("presence", "to", string(as)).Add(
		session.New(nsMUC, "x").Add(session.New(nsMUC, "history", "maxstanzas", "0"))))
	if err != nil {
		return err
	}
	t := time.NewTimer(answerTime)
	defer t.Stop()
	for {
		select {
		case p := <-v.came:
			switch {
			case p.From() != as && p.From() != as.Bare():
			case p.Type() == "error":
				return errors.New(refusal(p))
			case p.From() == as && p.Kid(nsMUCUser, "x") != nil:
				return nil
			}
		case <-v.Ended():
			return errors.New("the session ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			return errNoAnswer
		}
	}
}

// part leaves a room, and with the last who leaves it is gone.
func (v *probe) part(as session.JID) {
	_ = v.Send(session.Stanza("presence", "type", "unavailable", "to", string(as))) // who is gone has left
}

// refusal is what an error says.
func refusal(p *session.Element) string {
	e := p.Kid("jabber:client", "error")
	var parts []string
	if e != nil {
		for _, k := range e.Kids {
			if k.Local == "text" {
				parts = append(parts, k.Text)
			} else {
				parts = append(parts, k.Local)
			}
		}
	}
	return strings.Join(parts, ": ")
}
