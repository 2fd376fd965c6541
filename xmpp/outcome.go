package xmpp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

// outcomeTime is how long a command waits for its run to end; tailLines is how many
// lines of its log are shown then.
const (
	outcomeTime = 20 * time.Second
	tailLines   = 20
	returnBytes = 16 << 10
)

// outcome is how a run of a command is, or has ended.
type outcome struct {
	run     spec.RunID
	ended   bool
	err     *spec.Error
	stack   []string
	returns any
	log     []string
}

// outcome follows the run of a command to its end, or for as long as a person waits.
func (r *Responder) outcome(ctx context.Context, f *filling) *outcome {
	ctx, cancel := context.WithTimeout(ctx, outcomeTime)
	defer cancel()
	f.mu.Lock()
	out, w := &outcome{run: f.run, stack: f.route.From}, writer{secrets: f.secrets}
	f.mu.Unlock()
	err := r.watch(ctx, asked{Run: out.run}, func(ev spec.Event) error {
		switch ev.Kind {
		case spec.EventLog:
			out.log = append(out.log, form.Short(w.hide(ev.Text), lineBytes))
			out.log = out.log[max(0, len(out.log)-tailLines):]
		case spec.EventStepDone, spec.EventStepFailed, spec.EventRunDone:
			out.stack = ev.Stack
			if ev.Returns != nil {
				out.returns = ev.Returns
			}
			if out.ended = ev.Kind == spec.EventRunDone; out.ended {
				out.err = w.shown(ev.Err)
			}
		case spec.EventQueued, spec.EventStarted, spec.EventStepStarted, spec.EventProgress:
		}
		return nil
	})
	if err != nil && ctx.Err() == nil { // what became of the run is not known any more
		out.ended, out.err = true, spec.AsError(err)
	}
	return out
}

// element tells it.
func (o *outcome) element(iq *session.Element, f *filling) *session.Element {
	state, say := "done", note("info", f.name+" is done")
	switch {
	case !o.ended:
		state, say = "running", note("info", fmt.Sprintf("it goes on as run %s: submit the form again to see how it is", o.run))
	case o.err != nil:
		state = "failed"
		text := f.name + " has failed: " + o.err.Error()
		if o.err.Hint != "" {
			text += " (" + o.err.Hint + ")"
		}
		say = note("error", form.Short(text, lineBytes))
	}
	line := func(name, label, value string) form.Field {
		return form.Field{Name: name, Type: form.Line, Label: label, Values: []string{value}}
	}
	x := form.Form{Type: form.Result, Title: f.name, Fields: []form.Field{
		line("run", "Run", string(o.run)), line("state", "State", state), line("stack", "Applied now", strings.Join(o.stack, " > "))}}
	x.Fields = append(x.Fields, o.returned(f.route.Provide.Returns)...)
	if len(o.log) > 0 {
		x.Fields = append(x.Fields, form.Field{Name: "log", Type: form.Lines, Label: "The end of the log", Values: o.log})
	}
	return session.Answer(iq, f.command("completed").Add(x.Element(), say))
}

// returned are fields of what the provide returned. Secrets are not told.
func (o *outcome) returned(declared []spec.Variable) []form.Field {
	if o.returns == nil {
		return nil
	}
	table, ok := o.returns.(map[string]any)
	if !ok {
		return []form.Field{{Name: "returns", Type: form.Lines, Label: "Returned", Values: []string{form.Short(readable(o.returns), returnBytes)}}}
	}
	var out []form.Field
	for _, name := range slices.Sorted(maps.Keys(table)) {
		f := form.Field{Name: "returns/" + name, Type: form.Line, Label: name}
		value := readable(table[name])
		for _, v := range declared {
			if v.Name != name {
				continue
			}
			if v.Label != "" {
				f.Label = v.Label
			}
			if v.Hidden() {
				value = spec.Secret("").String()
			}
		}
		if strings.Contains(value, "\n") {
			f.Type = form.Lines
		}
		f.Values = strings.Split(form.Short(value, returnBytes), "\n")
		out = append(out, f)
	}
	return out
}
