package commands

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// showInfo says what the host is.
func (v *Server) showInfo(ctx context.Context, iq *session.Element) *session.Element {
	info, err := v.agent.Info(ctx)
	if err != nil {
		return wire.Explained(iq, err)
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
	return completed(iq, nodeInfo, f)
}

// showStacks says what is applied.
func (v *Server) showStacks(ctx context.Context, iq *session.Element) *session.Element {
	stacks, err := v.agent.Stacks(ctx)
	if err != nil {
		return wire.Explained(iq, err)
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
	return completed(iq, nodeStacks, f)
}
