package xmpp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// The commands (XEP-0050) that an agent has for general clients. That of a provide is
// called by its path without the host: "call /WebServer/Active/start".
const (
	commandInfo   = "info"
	commandStacks = "stacks"
	commandCall   = "call "
)

// command does a command, or goes on with one.
func (r *Responder) command(ctx context.Context, p peer, iq, what *session.Element) *session.Element {
	node, id, action := what.Attr("node"), what.Attr("sessionid"), what.Attr("action")
	path, isCall := strings.CutPrefix(node, commandCall)
	switch {
	case isCall && !p.role.may(opStart):
		r.audit.refused(p.jid, "command "+node)
		return declined(iq, spec.Errorf(spec.Denied, "%s may not call provides", p.jid.Bare()).
			WithHint("give it the role deploy in the agent's configuration"))
	case action == "prev":
		return badCommand(iq, "bad-action")
	case !slices.Contains([]string{"", "execute", "complete", "next", "cancel"}, action):
		return badCommand(iq, "malformed-action")
	case id != "" && isCall:
		f := r.fillings.find(p.jid, node, id)
		switch {
		case f == nil:
			return badCommand(iq, "bad-sessionid")
		case action == "cancel":
			return r.cancel(ctx, iq, f)
		}
		return r.submit(ctx, p, iq, what, f)
	case id != "":
		return badCommand(iq, "bad-sessionid")
	case action == "cancel":
		return badCommand(iq, "bad-action")
	case isCall:
		return r.ask(ctx, p, iq, node, path)
	case node == commandInfo:
		return r.showInfo(ctx, iq)
	case node == commandStacks:
		return r.showStacks(ctx, iq)
	}
	return declined(iq, spec.Errorf(spec.NotFound, "there is no command %q", cut(form.Text(node))))
}

// callable lists the provides that there are commands for.
func (r *Responder) callable(ctx context.Context) ([]spec.Provide, error) {
	return r.agent.Provides(ctx, "/*/*/*/*")
}

// commandItems lists the commands that a role may use.
func (r *Responder) commandItems(ctx context.Context, s *session.Session, role Role) ([]*session.Element, error) {
	item := func(node, name string) *session.Element {
		return session.New(nsItems, "item", "jid", string(s.JID()), "node", node, "name", form.Text(name))
	}
	out := []*session.Element{item(commandInfo, "What this host is"), item(commandStacks, "What is applied")}
	if !role.may(opStart) {
		return out, nil
	}
	all, err := r.callable(ctx)
	for _, p := range all {
		out = append(out, item(commandCall+"/"+p.Path.Relative(), commandName(p)))
	}
	return out, err
}

func commandName(p spec.Provide) string {
	name := p.Path.Lifecycle() + " " + p.Path.State() + "." + p.Path.Provide()
	if p.Label != "" {
		name += ": " + p.Label
	}
	return name
}

// ask begins a command: it shows the form of all that is asked on the way to a provide.
func (r *Responder) ask(ctx context.Context, p peer, iq *session.Element, node, path string) *session.Element {
	all, err := r.callable(ctx)
	if err != nil {
		return declined(iq, err)
	}
	at := slices.IndexFunc(all, func(x spec.Provide) bool { return "/"+x.Path.Relative() == path })
	if at < 0 {
		return declined(iq, spec.Errorf(spec.NotFound, "%s cannot be called", cut(form.Text(path))).WithHint("list the commands anew"))
	}
	f := &filling{peer: p.jid, node: node, name: commandName(all[at])}
	if f.route, err = r.agent.Route(ctx, spec.RouteQuery{Provide: all[at].Path}); err != nil {
		return declined(iq, err)
	}
	if f.questions, err = form.Of(f.route); err != nil {
		return declined(iq, err)
	}
	if err = r.fillings.add(f); err != nil {
		return declined(iq, err)
	}
	return f.form(iq, nil, nil)
}

// submit takes the form. If it is right a run is started, once however often it is
// submitted, and its outcome is waited for a while.
func (r *Responder) submit(ctx context.Context, p peer, iq, what *session.Element, f *filling) *session.Element {
	filled, err := form.Read(what.Kid(form.Namespace, "x"))
	if err != nil {
		return declined(iq, err)
	}
	wrong, given, err := r.commence(ctx, p, f, filled)
	switch {
	case err != nil:
		return declined(iq, err)
	case len(wrong) > 0:
		return f.form(iq, given, wrong)
	}
	return r.outcome(ctx, f).element(iq, f)
}

// commence starts the run of a command unless it has begun.
func (r *Responder) commence(ctx context.Context, p peer, f *filling, filled form.Values) ([]form.Wrong, form.Values, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.run != "" {
		return nil, nil, nil
	}
	f.values = f.questions.Merge(f.values, filled)
	steps, wrong := f.questions.Steps(f.values)
	work := spec.Work{Lifecycle: f.route.Lifecycle, From: f.route.From, Steps: steps}
	if len(wrong) == 0 {
		problems, err := r.agent.Check(ctx, work)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range problems {
			msg := x.Msg
			if x.Hint != "" {
				msg += " (" + x.Hint + ")"
			}
			wrong = append(wrong, form.Wrong{Field: f.questions.Field(x.Path, f.values), Msg: msg})
		}
	}
	if len(wrong) > 0 {
		return wrong, maps.Clone(f.values), nil
	}
	id := spec.RunID("command-" + f.id)
	run := spec.Run{ID: id, By: by(p.jid, ""), Work: work}
	if err := r.start(ctx, run); err != nil {
		return nil, nil, err
	}
	f.run, f.values, f.secrets = id, nil, secretsOf(run)
	return nil, nil, nil
}

// cancel ends a command, and the run if it was started.
func (r *Responder) cancel(ctx context.Context, iq *session.Element, f *filling) *session.Element {
	f.mu.Lock()
	run := f.run
	f.mu.Unlock()
	answer := f.command("canceled")
	if run != "" {
		if err := r.agent.Stop(ctx, run); err != nil {
			return declined(iq, err)
		}
		answer.Add(note("info", fmt.Sprintf("run %s is asked to stop", run)))
	}
	r.fillings.drop(f)
	return session.Answer(iq, answer)
}

func note(typ, text string) *session.Element {
	return session.New(nsCommands, "note", "type", typ).WithText(form.Text(text))
}

// declined refuses a command in words.
func declined(iq *session.Element, err error) *session.Element {
	out := refusal(iq, err)
	text := form.Text(err.Error())
	if hint := spec.HintOf(err); hint != "" {
		text += " (" + form.Text(hint) + ")"
	}
	in := out.Kids[0]
	in.Kids = slices.Insert(in.Kids, 1, session.New(nsStanzas, "text").WithText(form.Short(text, 1000)))
	return out
}

// badCommand refuses what is no step of a command.
func badCommand(iq *session.Element, why string) *session.Element {
	return session.Refuse(iq, "modify", "bad-request", "", session.New(nsCommands, why))
}

// completed is the answer of a command that is done at once.
func completed(iq *session.Element, node string, f form.Form) *session.Element {
	return session.Answer(iq, session.New(nsCommands, "command", "node", node, "sessionid", rand.Text(), "status", "completed").Add(f.Element()))
}

func (r *Responder) showInfo(ctx context.Context, iq *session.Element) *session.Element {
	info, err := r.agent.Info(ctx)
	if err != nil {
		return declined(iq, err)
	}
	f := form.Form{Type: form.Result, Title: string(info.Host)}
	add := func(name, label, value string) {
		if value != "" {
			f.Fields = append(f.Fields, form.Field{Name: name, Type: form.Line, Label: label, Values: []string{value}})
		}
	}
	add("host", "Host", string(info.Host))
	add("address", "Address", info.Address)
	add("os", "Operating system", info.OS.String())
	add("version", "Armonic", info.Version)
	add("load", "Load", strconv.FormatFloat(info.Load, 'f', 2, 64))
	add("busy", "Executes", string(info.Busy))
	add("queue", "Runs waiting", strconv.Itoa(info.Queue))
	if !info.Since.IsZero() {
		add("since", "Since", info.Since.UTC().Format(time.RFC3339))
	}
	if len(info.Notes) > 0 {
		f.Fields = append(f.Fields, form.Field{Name: "notes", Type: form.Lines, Label: "Notes", Values: info.Notes})
	}
	return completed(iq, commandInfo, f)
}

func (r *Responder) showStacks(ctx context.Context, iq *session.Element) *session.Element {
	stacks, err := r.agent.Stacks(ctx)
	if err != nil {
		return declined(iq, err)
	}
	f := form.Form{Type: form.Result, Title: "What is applied", Rows: [][]form.Field{}, Fields: []form.Field{
		{Name: "lifecycle", Type: form.Line, Label: "Lifecycle"}, {Name: "stack", Type: form.Line, Label: "Stack"}, {Name: "fault", Type: form.Line, Label: "Failed"}}}
	for _, s := range stacks {
		fault := ""
		if s.Fault != nil && s.Fault.Err != nil {
			fault = s.Fault.Step.Name() + ": " + s.Fault.Err.Msg
		}
		f.Rows = append(f.Rows, []form.Field{{Name: "lifecycle", Values: []string{s.Path.Lifecycle()}},
			{Name: "stack", Values: []string{strings.Join(s.Names(), " > ")}}, {Name: "fault", Values: []string{fault}}})
	}
	return completed(iq, commandStacks, f)
}

// readable is a value that a provide returned, as a person reads it.
func readable(x any) string {
	if text, ok := x.(string); ok {
		return text
	}
	text, err := wire.Encode(x, wire.Hide)
	var y any
	if err == nil && json.Unmarshal(text, &y) == nil {
		if shown, err := json.Marshal(y); err == nil {
			return string(shown)
		}
	}
	return fmt.Sprint(x)
}
