package disco

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Namespaces of what is answered here.
const (
	Info    = "http://jabber.org/protocol/disco#info"
	Items   = "http://jabber.org/protocol/disco#items"
	Version = "jabber:iq:version"
	Time    = "urn:xmpp:time"
)

// listNode is the node that lists the commands (XEP-0050), dataForms the namespace of
// their forms.
const (
	listNode  = "http://jabber.org/protocol/commands"
	dataForms = "jabber:x:data"
)

// Item is a command.
type Item struct{ Node, Name string }

// Lister knows the commands that a role may use.
type Lister interface {
	List(ctx context.Context, role access.Role) ([]Item, error)
}

// Server says what an agent is.
type Server struct {
	Agent    spec.Agent
	Commands Lister
	Features []string // besides those of this package and of commands
}

// Answer answers a question; ok is false if it is none of this package.
func (v *Server) Answer(ctx context.Context, s *session.Session, iq, what *session.Element, role access.Role) (answer *session.Element, ok bool) {
	if iq.Type() != "get" {
		return nil, false
	}
	var err error
	switch what.Space + " " + what.Local {
	case Info + " query":
		answer, err = v.info(ctx, what.Attr("node"), role)
	case Items + " query":
		answer, err = v.items(ctx, s.JID(), what.Attr("node"), role)
	case Version + " " + what.Local:
		answer = v.version(ctx)
	case Time + " " + what.Local:
		answer = now()
	default:
		return nil, false
	}
	if err != nil {
		return wire.Explained(iq, err), true
	}
	return session.Answer(iq, answer), true
}

func identity(category, typ, name string) *session.Element {
	return session.New(Info, "identity", "category", category, "type", typ, "name", wire.Clean(name))
}

// info says what the agent is, or one of its commands.
func (v *Server) info(ctx context.Context, node string, role access.Role) (*session.Element, error) {
	e := session.New(Info, "query", "node", node)
	features := []string{Info, Items, listNode, dataForms}
	switch node {
	case "":
		e.Add(identity("automation", "service", "Armonic agent"))
		features = append(append(features, Time, Version), v.Features...)
	case listNode:
		e.Add(identity("automation", "command-list", "Commands"))
	default:
		name, err := v.nameOf(ctx, node, role)
		if err != nil {
			return nil, err
		}
		e.Add(identity("automation", "command-node", name))
		features = []string{listNode, dataForms}
	}
	for _, f := range features {
		e.Add(session.New(Info, "feature", "var", f))
	}
	return e, nil
}

// nameOf is what a command is called for people.
func (v *Server) nameOf(ctx context.Context, node string, role access.Role) (string, error) {
	all, err := v.Commands.List(ctx, role)
	for _, c := range all {
		if c.Node == node {
			return c.Name, nil
		}
	}
	if err != nil {
		return "", err
	}
	return "", spec.Errorf(spec.NotFound, "there is no %q", wire.Brief(wire.Clean(node)))
}

// items lists the commands.
func (v *Server) items(ctx context.Context, me session.JID, node string, role access.Role) (*session.Element, error) {
	e := session.New(Items, "query", "node", node)
	item := func(node, name string) {
		e.Add(session.New(Items, "item", "jid", string(me), "node", node, "name", wire.Clean(name)))
	}
	switch node {
	case "":
		item(listNode, "Commands")
	case listNode:
		all, err := v.Commands.List(ctx, role)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			item(c.Node, c.Name)
		}
	default:
		_, err := v.nameOf(ctx, node, role)
		return e, err
	}
	return e, nil
}

// version says which program this is (XEP-0092).
func (v *Server) version(ctx context.Context) *session.Element {
	info, _ := v.Agent.Info(ctx) // what is not known is not said
	return session.New(Version, "query").Add(
		session.New(Version, "name").WithText("Armonic"),
		session.New(Version, "version").WithText(info.Version),
		session.New(Version, "os").WithText(info.OS.String()))
}

// now says what time it is on the host (XEP-0202).
func now() *session.Element {
	t := time.Now()
	return session.New(Time, "time").Add(
		session.New(Time, "tzo").WithText(t.Format("-07:00")),
		session.New(Time, "utc").WithText(t.UTC().Format("2006-01-02T15:04:05Z")))
}
