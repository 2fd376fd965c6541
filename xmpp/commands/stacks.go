package commands

import (
	"context"
	"strings"

	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

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
