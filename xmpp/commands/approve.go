package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/disco"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// The fields of the form in which somebody decides.
const (
	fieldDecision = "decision"
	fieldReason   = "reason"
	valueApprove  = "approve"
	valueRefuse   = "refuse"
)

// What is shown of a plan in a form.
const (
	mostPlanLines = 200
	mostPlanLine  = 300 // bytes
)

// decideCommands are those of what may be approved now.
func (v *Server) decideCommands(ctx context.Context) ([]disco.Item, error) {
	all, err := v.agent.Proposals(ctx)
	var out []disco.Item
	for _, p := range all {
		if len(p.Decisions) == 0 {
			out = append(out, disco.Item{Node: nodeApprove + string(p.Deployment), Name: decideName(p)})
		}
	}
	return out, err
}

func decideName(p spec.Proposal) string {
	name := p.Name
	if name == "" {
		name = string(p.Deployment)
	}
	return "Approve or refuse " + name
}

// decide shows what is to be approved, or takes the form that says what is decided about it. The
// session is the digest of what was shown: of what was planned again since, nothing is decided.
func (v *Server) decide(ctx context.Context, p access.Peer, iq, what *session.Element, node string, id spec.DeploymentID) *session.Element {
	digest, action := what.Attr("sessionid"), what.Attr("action")
	x, err := v.agent.Proposal(ctx, id)
	switch {
	case err != nil:
		return wire.Explained(iq, err)
	case digest == "":
		return session.Answer(iq, session.New(Namespace, "command", "node", node, "sessionid", x.Digest, "status", "executing").
			Add(session.New(Namespace, "actions", "execute", "complete").Add(session.New(Namespace, "complete")), decideForm(x).Element()))
	case action == "cancel":
		return session.Answer(iq, session.New(Namespace, "command", "node", node, "sessionid", digest, "status", "canceled"))
	}
	filled, err := form.Read(what.Kid(form.Namespace, "x"))
	if err != nil {
		return wire.Explained(iq, err)
	}
	d := spec.Decision{Deployment: id, Digest: digest, By: string(p.JID.Bare()), Reason: strings.Join(filled[fieldReason], " ")}
	said := "approved"
	switch strings.Join(filled[fieldDecision], " ") {
	case valueApprove:
	case valueRefuse:
		d.Refused, said = true, "refused"
	default:
		return wire.Explained(iq, spec.Errorf(spec.Invalid, "the field %s says neither %s nor %s", fieldDecision, valueApprove, valueRefuse))
	}
	if err := v.agent.Decide(ctx, d); err != nil {
		return wire.Explained(iq, err)
	}
	return session.Answer(iq, session.New(Namespace, "command", "node", node, "sessionid", digest, "status", "completed").
		Add(note("info", x.Name+" is "+said+" on this host")))
}

func decideForm(p spec.Proposal) form.Form {
	lines := planLines(p)
	if len(lines) > mostPlanLines {
		lines = append(slices.Clone(lines[:mostPlanLines]), fmt.Sprintf("and %d lines more: armonic deployments approve %s", len(lines)-mostPlanLines, p.Deployment))
	}
	for i := range lines {
		lines[i] = wire.Short(wire.Clean(lines[i]), mostPlanLine)
	}
	return form.Form{Type: form.Ask, Title: decideName(p),
		Instructions: []string{fmt.Sprintf("%s asks for it since %s: %s. This is what it will do on this host, and nothing else.", p.By, p.At.UTC().Format(time.DateTime), p.Root)},
		Fields: []form.Field{
			{Name: "plan", Type: form.Fixed, Label: "What it will do", Values: lines},
			{Name: fieldDecision, Type: form.Choice, Label: "Decision", Required: true, Options: []form.Option{{Label: "approve it", Value: valueApprove}, {Label: "refuse it", Value: valueRefuse}}},
			{Name: fieldReason, Type: form.Line, Label: "Why", Help: "who refuses says why"},
		}}
}

// planLines are the steps, with what each would change.
func planLines(p spec.Proposal) []string {
	var out []string
	for _, t := range p.Tasks {
		for i, step := range t.Steps {
			out = append(out, t.Lifecycle+": "+step.Name())
			if i >= len(t.Preview) {
				continue
			}
			x := &t.Preview[i]
			for _, c := range x.Changes {
				line := "    " + c.What
				if c.Forever != "" {
					line += " (cannot be undone: " + c.Forever + ")"
				}
				out = append(out, line)
			}
			if why := x.Doubt(); why != "" {
				out = append(out, "    "+why)
			}
			if may := x.ScriptsText(); may != "" {
				out = append(out, "    "+may)
			}
			if x.Irreversible {
				out = append(out, "    it cannot be undone")
			}
		}
		if t.Err != nil {
			out = append(out, "    the host cannot say what it would change: "+t.Err.Error())
		}
	}
	return out
}
