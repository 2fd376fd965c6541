package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How long a command waits for its run to end, and what is shown then.
const (
	resultTime  = 20 * time.Second
	tailLines   = 20 // of its log
	lineBytes   = 4 << 10
	returnBytes = 16 << 10
)

// result is how a run of a command is, or has ended.
type result struct {
	run     spec.RunID
	ended   bool
	err     *spec.Error
	stack   []string
	returns any
	log     []string
}

// result follows the run of a command to its end, or for as long as a person waits.
func (v *Server) result(ctx context.Context, c *commandSession) *result {
	ctx, cancel := context.WithTimeout(ctx, resultTime)
	defer cancel()
	c.mu.Lock()
	out := &result{run: c.run, stack: c.route.From}
	c.mu.Unlock()
	err := v.agent.Follow(ctx, out.run, 0, func(ev spec.Event) error {
		switch ev.Kind {
		case spec.EventLog:
			out.log = append(out.log, ev.Text)
			out.log = out.log[max(0, len(out.log)-tailLines):]
		case spec.EventStepDone, spec.EventStepFailed, spec.EventRunDone:
			out.stack = ev.Stack
			if ev.Returns != nil {
				c.secrets.Learn(ev.Returns)
				out.returns = ev.Returns
			}
			if out.ended = ev.Kind == spec.EventRunDone; out.ended {
				out.err = ev.Err
			}
		case spec.EventQueued, spec.EventStarted, spec.EventStepStarted, spec.EventProgress, spec.EventGuarded:
		}
		return nil
	})
	out.err = wire.RedactError(&c.secrets, out.err, lineBytes)
	for i, line := range out.log { // now that all secrets are known, also what was returned
		out.log[i] = wire.Redact(&c.secrets, line, lineBytes)
	}
	if err != nil && ctx.Err() == nil { // what became of the run is not known any more
		out.ended, out.err = true, spec.AsError(err)
	}
	return out
}

// element tells it.
func (o *result) element(iq *session.Element, c *commandSession) *session.Element {
	state, say := "done", note("info", c.name+" is done")
	switch {
	case !o.ended:
		state, say = "running", note("info", fmt.Sprintf("it goes on as run %s: submit the form again to see how it is", o.run))
	case o.err != nil:
		state = "failed"
		what := c.name + " has failed: " + o.err.Error()
		if o.err.Hint != "" {
			what += " (" + o.err.Hint + ")"
		}
		say = note("error", wire.Short(what, lineBytes))
	}
	line := func(name, label, value string) form.Field {
		return form.Field{Name: name, Type: form.Line, Label: label, Values: []string{value}}
	}
	x := form.Form{Type: form.Result, Title: c.name, Fields: []form.Field{
		line("run", "Run", string(o.run)), line("state", "State", state), line("stack", "Applied now", strings.Join(o.stack, " > "))}}
	x.Fields = append(x.Fields, o.returned(c.route.Provide.Returns)...)
	if len(o.log) > 0 {
		x.Fields = append(x.Fields, form.Field{Name: "log", Type: form.Lines, Label: "The end of the log", Values: o.log})
	}
	return session.Answer(iq, c.element("completed").Add(x.Element(), say))
}

// returned are fields of what the provide returned. Secrets are not told.
func (o *result) returned(declared []spec.Variable) []form.Field {
	if o.returns == nil {
		return nil
	}
	var out []form.Field
	for _, row := range value.Rows(o.returns) {
		name, shown := row.Name, readable(row.Value)
		if name == "" {
			return []form.Field{{Name: "returns", Type: form.Lines, Label: "Returned", Values: []string{wire.Short(shown, returnBytes)}}}
		}
		f := form.Field{Name: "returns/" + name, Type: form.Line, Label: name}
		for _, v := range declared {
			if v.Name != name {
				continue
			}
			if v.Label != "" {
				f.Label = v.Label
			}
			if v.Hidden() {
				shown = value.Secret("").String()
			}
		}
		if strings.Contains(shown, "\n") {
			f.Type = form.Lines
		}
		f.Values = strings.Split(wire.Short(shown, returnBytes), "\n")
		out = append(out, f)
	}
	return out
}

// readable is a value that a provide returned, as a person reads it.
func readable(x any) string {
	if s, ok := x.(string); ok {
		return s
	}
	body, err := value.Encode(x, value.Hide())
	var y any
	if err == nil && json.Unmarshal(body, &y) == nil {
		if shown, err := json.Marshal(y); err == nil {
			return string(shown)
		}
	}
	return fmt.Sprint(x)
}
