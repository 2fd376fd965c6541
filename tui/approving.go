package tui

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/widget"
)

// requested is what somebody asks to be approved.
type requested struct {
	request *rollout.Request
	err     error
}

// decided says that what was asked for was approved, or refused.
type decided struct {
	message string
	err     error
}

// readRequest reads what is to be approved of a deployment, as its agents have it.
func (m *Model) readRequest(ref string) tea.Cmd {
	ctx, port := m.ctx, m.port()
	m.message = "The hosts are asked what is to be approved ..."
	return func() tea.Msg {
		q, err := port.Request(ctx, ref)
		return requested{q, err}
	}
}

func (m *Model) onRequested(x requested) {
	m.message = ""
	m.fail("approval", x.err)
	if x.err != nil {
		return
	}
	q := x.request
	var said []spec.Decision
	for _, h := range q.Hosts {
		said = append(said, h.Proposal.Decisions...)
	}
	m.toApprove = q
	m.approval = plan.NewApproval(m.look, q.Name+", asked for by "+q.By, q.Steps(), q.Previews(), plan.Said(said), q.By == m.cfg.By)
	m.show(m.pages.approval)
}

// askApproval asks once more, with what cannot be undone, and for a reason.
func (m *Model) askApproval(approve bool) {
	q := m.toApprove
	if q == nil {
		return
	}
	p := q.Steps()
	_, forever := q.Changes()
	text := []string{spec.Count(p.Steps(), "step", "steps") + " on " + spec.Count(len(p.Hosts), "host", "hosts") + ": " + hostsOf(p.Hosts)}
	for _, s := range forever {
		text = append(text, "! cannot be undone: "+s)
	}
	title, say, enter := "Approve "+q.Name+"?", "Why, for those who look at it later; it may stay empty.", "approves it"
	if !approve {
		title, say, enter = "Refuse "+q.Name+"?", "Why, for "+q.By+", who asks for it:", "refuses it"
	}
	m.open(&popup{title: title, text: append(text, "", say), field: &widget.Field{}, enter: enter, done: func(reason string) tea.Cmd {
		if reason = strings.TrimSpace(reason); reason == "" && !approve {
			m.message = "Nothing was decided: say why it is refused."
			return nil
		}
		return m.decideOn(q, approve, reason)
	}})
}

func (m *Model) decideOn(q *rollout.Request, approve bool, reason string) tea.Cmd {
	ctx, port := m.ctx, m.port()
	do, say := port.Approve, "approved"
	if !approve {
		do, say = port.Refuse, "refused"
	}
	return func() tea.Msg {
		failed := do(context.WithoutCancel(ctx), q, reason)
		return decided{"You have " + say + " " + q.Name + " on " + spec.Count(len(q.Hosts), "host", "hosts") + ".", errors.Join(slices.Collect(maps.Values(failed))...)}
	}
}

func (m *Model) onDecided(x decided) tea.Cmd {
	m.fail("approval", x.err)
	if x.err != nil {
		return nil
	}
	m.toApprove, m.approval = nil, nil
	cmd := m.back()
	m.message = x.message
	return batch(cmd, m.listKnown())
}
