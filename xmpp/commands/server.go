package commands

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/disco"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Namespace is that of commands.
const Namespace = "http://jabber.org/protocol/commands"

// The commands of an agent. That of a provide is called by its path without the host:
// "call /WebServer/Active/start"; that of what is to be approved by its deployment.
const (
	nodeInfo   = "info"
	nodeStacks = "stacks"
	nodeCall   = "call "

	nodeApprove = "approve "
)

// Server has the commands of an agent.
type Server struct {
	agent    spec.Agent
	refused  *access.Refusals
	sessions *sessions
}

// NewServer has the commands of an agent.
func NewServer(agent spec.Agent, refused *access.Refusals) *Server {
	return &Server{agent: agent, refused: refused, sessions: newSessions()}
}

// Do does a command, or goes on with one, and gives the answer.
func (v *Server) Do(ctx context.Context, p access.Peer, iq, what *session.Element) *session.Element {
	node, id, action := what.Attr("node"), what.Attr("sessionid"), what.Attr("action")
	path, isCall := strings.CutPrefix(node, nodeCall)
	deployment, isDecision := strings.CutPrefix(node, nodeApprove)
	switch {
	case isDecision && p.Role < access.Approve:
		v.refused.Answer(p.JID, "command "+node)
		return wire.Explained(iq, spec.Errorf(spec.Denied, "%s may not approve", p.JID.Bare()).
			WithHint("give it the role approve in the agent's configuration"))
	case isCall && p.Role < access.Deploy:
		v.refused.Answer(p.JID, "command "+node) // one who is listed is answered in any case
		return wire.Explained(iq, spec.Errorf(spec.Denied, "%s may not call provides", p.JID.Bare()).
			WithHint("give it the role deploy in the agent's configuration"))
	case action == "prev":
		return malformed(iq, "bad-action")
	case !slices.Contains([]string{"", "execute", "complete", "next", "cancel"}, action):
		return malformed(iq, "malformed-action")
	case isDecision:
		return v.decide(ctx, p, iq, what, node, spec.DeploymentID(deployment))
	case id != "" && isCall:
		c := v.sessions.find(p.JID, node, id)
		switch {
		case c == nil:
			return malformed(iq, "bad-sessionid")
		case action == "cancel":
			return v.cancel(ctx, iq, c)
		}
		return v.submit(ctx, p, iq, what, c)
	case id != "":
		return malformed(iq, "bad-sessionid")
	case action == "cancel":
		return malformed(iq, "bad-action")
	case isCall:
		return v.ask(ctx, p, iq, node, path)
	case node == nodeInfo:
		return v.showInfo(ctx, iq)
	case node == nodeStacks:
		return v.showStacks(ctx, iq)
	}
	return wire.Explained(iq, spec.Errorf(spec.NotFound, "there is no command %q", wire.Brief(wire.Clean(node))))
}

// List gives the commands that a role may use.
func (v *Server) List(ctx context.Context, role access.Role) ([]disco.Item, error) {
	out := []disco.Item{{Node: nodeInfo, Name: "What this host is"}, {Node: nodeStacks, Name: "What is applied"}}
	if role >= access.Approve {
		decisions, err := v.decideCommands(ctx)
		if err != nil {
			return out, err
		}
		out = append(out, decisions...)
	}
	if role < access.Deploy {
		return out, nil
	}
	all, err := v.callable(ctx)
	for _, p := range all {
		out = append(out, disco.Item{Node: nodeCall + "/" + p.Path.Relative(), Name: nameOf(p)})
	}
	return out, err
}

// callable lists the provides that there are commands for.
func (v *Server) callable(ctx context.Context) ([]spec.Provide, error) {
	return v.agent.Provides(ctx, "/*/*/*/*")
}

func nameOf(p spec.Provide) string {
	name := p.Path.Lifecycle() + " " + p.Path.State() + "." + p.Path.Provide()
	if p.Label != "" {
		name += ": " + p.Label
	}
	return name
}

// note is a line for people beside a form.
func note(typ, line string) *session.Element {
	return session.New(Namespace, "note", "type", typ).WithText(wire.Clean(line))
}

// malformed refuses what is no step of a command.
func malformed(iq *session.Element, why string) *session.Element {
	return session.Refuse(iq, "modify", "bad-request", "", session.New(Namespace, why))
}

// completed is the answer of a command that is done at once.
func completed(iq *session.Element, node string, f form.Form) *session.Element {
	return session.Answer(iq, session.New(Namespace, "command", "node", node, "sessionid", rand.Text(), "status", "completed").Add(f.Element()))
}
