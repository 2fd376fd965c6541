package commands

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// ask begins a command: it shows the form of all that is asked on the way to a provide.
func (v *Server) ask(ctx context.Context, p access.Peer, iq *session.Element, node, path string) *session.Element {
	all, err := v.callable(ctx)
	if err != nil {
		return wire.Explained(iq, err)
	}
	at := slices.IndexFunc(all, func(x spec.Provide) bool { return "/"+x.Path.Relative() == path })
	if at < 0 {
		return wire.Explained(iq, spec.Errorf(spec.NotFound, "%s cannot be called", wire.Brief(wire.Clean(path))).WithHint("list the commands anew"))
	}
	c := &commandSession{peer: p.JID, node: node, name: nameOf(all[at])}
	if c.route, err = v.agent.Route(ctx, spec.RouteQuery{Provide: all[at].Path}); err != nil {
		return wire.Explained(iq, err)
	}
	if c.questions, err = form.Of(c.route); err != nil {
		return wire.Explained(iq, err)
	}
	if err = v.sessions.add(c); err != nil {
		return wire.Explained(iq, err)
	}
	return c.form(iq, nil, nil)
}

// submit takes the form. If it is right a run is started, once however often it is
// submitted, and its result is waited for a while.
func (v *Server) submit(ctx context.Context, p access.Peer, iq, what *session.Element, c *commandSession) *session.Element {
	filled, err := form.Read(what.Kid(form.Namespace, "x"))
	if err != nil {
		return wire.Explained(iq, err)
	}
	wrong, given, err := v.start(ctx, p, c, filled)
	switch {
	case err != nil:
		return wire.Explained(iq, err)
	case len(wrong) > 0:
		return c.form(iq, given, wrong)
	}
	return v.result(ctx, c).element(iq, c)
}

// start starts the run of a command unless it has begun.
func (v *Server) start(ctx context.Context, p access.Peer, c *commandSession, filled form.Values) ([]form.Wrong, form.Values, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run != "" {
		return nil, nil, nil
	}
	c.values = c.questions.Merge(c.values, filled)
	steps, wrong := c.questions.Steps(c.values)
	work := spec.Work{Lifecycle: c.route.Lifecycle, From: c.route.From, Module: c.route.Module, Steps: steps}
	if len(wrong) == 0 {
		problems, err := v.agent.Check(ctx, work)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range problems {
			msg := x.Msg
			if x.Hint != "" {
				msg += " (" + x.Hint + ")"
			}
			wrong = append(wrong, form.Wrong{Field: c.questions.Field(x.Path, c.values), Msg: msg})
		}
	}
	if len(wrong) > 0 {
		return wrong, maps.Clone(c.values), nil
	}
	id := spec.RunID("command-" + c.id)
	run := spec.Run{ID: id, By: string(p.JID.Bare()), Work: work}
	if err := v.agent.Start(ctx, run); err != nil {
		return nil, nil, err
	}
	c.run, c.values = id, nil
	c.secrets.Learn(run.Steps)
	return nil, nil, nil
}

// cancel ends a command, and the run if it was started.
func (v *Server) cancel(ctx context.Context, iq *session.Element, c *commandSession) *session.Element {
	c.mu.Lock()
	run := c.run
	c.mu.Unlock()
	answer := c.element("canceled")
	if run != "" {
		if err := v.agent.Stop(ctx, run); err != nil {
			return wire.Explained(iq, err)
		}
		answer.Add(note("info", fmt.Sprintf("run %s is asked to stop", run)))
	}
	v.sessions.drop(c)
	return session.Answer(iq, answer)
}
