package xmpp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// mostAside is how many commands and questions of general clients are served at once,
// so that calls never wait for them.
const mostAside = 16

// mostAnswer is how large an answer may be: servers end the session of whoever sends
// too large a stanza.
const mostAnswer = 192 << 10

// aside answers an iq of a general client in a goroutine of its own, if there is one
// to be had.
func (r *Responder) aside(ctx context.Context, s *session.Session, iq, what *session.Element, role Role) {
	select {
	case r.asides <- struct{}{}:
	default:
		s.Post(declined(iq, spec.Errorf(spec.Unavailable, "the agent has too much to do").WithHint("try again")))
		return
	}
	r.work.Go(func() {
		defer func() { <-r.asides }()
		answer := r.general(ctx, s, iq, what, role)
		if len(answer.String()) > mostAnswer {
			answer = declined(iq, spec.Errorf(spec.Failed, "the answer is too large for a stanza").WithHint("use armonic"))
		}
		_ = s.Send(answer) // an error has ended the session
	})
}

// general does what a general client asks.
func (r *Responder) general(ctx context.Context, s *session.Session, iq, what *session.Element, role Role) (answer *session.Element) {
	defer func() {
		if p := recover(); p != nil { // a fault of ours, or of a module, must not end the agent
			r.log.Error("a command panicked", "node", cut(what.Attr("node")), "from", iq.From(), "panic", fmt.Sprint(p))
			answer = declined(iq, spec.Errorf(spec.Internal, "the agent could not do it: %v", p))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	get := iq.Type() == "get"
	switch {
	case what.Space == nsCommands && what.Local == "command" && !get:
		return r.command(ctx, peer{iq.From(), role}, iq, what)
	case what.Space == nsDisco && what.Local == "query" && get:
		return r.discoInfo(ctx, iq, what.Attr("node"), role)
	case what.Space == nsItems && what.Local == "query" && get:
		return r.discoItems(ctx, s, iq, what.Attr("node"), role)
	case what.Space == nsVersion && get:
		return session.Answer(iq, r.version(ctx))
	case what.Space == nsTime && get:
		return session.Answer(iq, now())
	}
	return session.Refuse(iq, "modify", "bad-request", "", nil)
}

func identity(category, typ, name string) *session.Element {
	return session.New(nsDisco, "identity", "category", category, "type", typ, "name", form.Text(name))
}

// discoInfo says what the agent is, or one of its commands.
func (r *Responder) discoInfo(ctx context.Context, iq *session.Element, node string, role Role) *session.Element {
	e := session.New(nsDisco, "query", "node", node)
	features := []string{nsDisco, nsItems, nsCommands, form.Namespace}
	switch node {
	case "":
		e.Add(identity("automation", "service", "Armonic agent"))
		features = append(features, nsPing, nsTime, nsVersion, wire.Namespace)
		if r.rooms.service != "" {
			features = append(features, nsRoom)
		}
	case nsCommands:
		e.Add(identity("automation", "command-list", "Commands"))
	default:
		name, err := r.commandNamed(ctx, node, role)
		if err != nil {
			return declined(iq, err)
		}
		e.Add(identity("automation", "command-node", name))
		features = []string{nsCommands, form.Namespace}
	}
	for _, f := range features {
		e.Add(session.New(nsDisco, "feature", "var", f))
	}
	return session.Answer(iq, e)
}

// commandNamed is what a command is called for people.
func (r *Responder) commandNamed(ctx context.Context, node string, role Role) (string, error) {
	switch node {
	case commandInfo:
		return "What this host is", nil
	case commandStacks:
		return "What is applied", nil
	}
	if path, ok := strings.CutPrefix(node, commandCall); ok && role.may(opStart) {
		all, err := r.callable(ctx)
		if err != nil {
			return "", err
		}
		for _, p := range all {
			if "/"+p.Path.Relative() == path {
				return commandName(p), nil
			}
		}
	}
	return "", spec.Errorf(spec.NotFound, "there is no %q", cut(form.Text(node)))
}

// discoItems lists the commands.
func (r *Responder) discoItems(ctx context.Context, s *session.Session, iq *session.Element, node string, role Role) *session.Element {
	e := session.New(nsItems, "query", "node", node)
	switch node {
	case "":
		return session.Answer(iq, e.Add(session.New(nsItems, "item", "jid", string(s.JID()), "node", nsCommands, "name", "Commands")))
	case nsCommands:
		items, err := r.commandItems(ctx, s, role)
		if err != nil {
			return declined(iq, err)
		}
		return session.Answer(iq, e.Add(items...))
	}
	if _, err := r.commandNamed(ctx, node, role); err != nil {
		return declined(iq, err)
	}
	return session.Answer(iq, e)
}

// version says which program this is (XEP-0092).
func (r *Responder) version(ctx context.Context) *session.Element {
	info, _ := r.agent.Info(ctx) // what is not known is not said
	return session.New(nsVersion, "query").Add(
		session.New(nsVersion, "name").WithText("Armonic"),
		session.New(nsVersion, "version").WithText(info.Version),
		session.New(nsVersion, "os").WithText(info.OS.String()))
}

// now says what time it is on the host (XEP-0202).
func now() *session.Element {
	t := time.Now()
	return session.New(nsTime, "time").Add(
		session.New(nsTime, "tzo").WithText(t.Format("-07:00")),
		session.New(nsTime, "utc").WithText(t.UTC().Format("2006-01-02T15:04:05Z")))
}
