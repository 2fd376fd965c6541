package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/lifecycle"
	"github.com/armonic/armonic/tui/widget"
)

// The messages about moving a lifecycle.
type (
	movePlanned struct {
		to   spec.Path
		move *deploy.Move
		err  error
	}
	moved struct {
		move *deploy.Move
		err  error
	}
)

// openLifecycle shows a lifecycle of a host, with the cursor on a state.
func (m *Model) openLifecycle(of spec.Path, state string) tea.Cmd {
	m.lifecycle.Enter(of, state)
	m.show(m.pages.lifecycle)
	return nil
}

// requestLifecycle does what the screen of a lifecycle asks for.
func (m *Model) requestLifecycle(x widget.Request) (tea.Cmd, bool) {
	switch x := x.(type) {
	case lifecycle.Plan:
		ctx, f := m.ctx, m.cfg.Fleet
		return func() tea.Msg {
			move, err := deploy.PlanMove(ctx, f, x.To)
			return movePlanned{x.To, move, err}
		}, true
	case lifecycle.Go:
		m.confirmMove(x.Move)
	case lifecycle.Deploy:
		return m.begin(x.Pattern, x.Host), true
	case lifecycle.Look:
		if x.History {
			return m.showHistory(x.Of), true
		}
		return m.lookForDrift(x.Of), true
	default:
		return nil, false
	}
	return nil, true
}

// confirmMove shows what a move undoes and whom it breaks, and asks.
func (m *Model) confirmMove(x *deploy.Move) {
	text := []string{x.Service.Lifecycle() + " on " + string(x.Service.Host()) + ":"}
	for i, s := range x.Work.Steps {
		text = append(text, "  "+s.Name())
		if i < len(x.Preview) {
			for _, c := range x.Preview[i].Changes {
				text = append(text, "    "+c.What)
			}
		}
	}
	go1, title := "move it", "Move to "+x.To.State()+"?"
	if len(x.Users) > 0 {
		text = append(text, "", "It breaks what applied states of others use:")
		for _, u := range x.Users {
			text = append(text, "  ! "+u.State.Lifecycle()+" on "+string(u.State.Host())+" ("+u.State.State()+") uses "+u.Uses+"."+u.Provide)
		}
		go1 = "move it all the same, and break " + spec.Count(len(x.Users), "user", "users")
	}
	choices := []choice{{"y", go1, func() tea.Cmd { return m.moveIt(x, false) }}}
	if n := len(x.Also); n > 0 {
		text = append(text, "", "What was called of others for the states that are left is taken back:")
		for _, also := range x.Also {
			for _, s := range also.Work.Steps {
				text = append(text, "  "+also.Service.Lifecycle()+" on "+string(also.Service.Host())+": "+s.Name())
			}
		}
		choices = append(choices, choice{"k", "move it, and keep what was called of others", func() tea.Cmd { return m.moveIt(x, true) }})
	}
	m.open(&popup{title: title, text: text, at: len(choices), choices: append(choices, choice{"n esc", "go back", nil})})
}

func (m *Model) moveIt(x *deploy.Move, keep bool) tea.Cmd {
	m.message = x.Service.Lifecycle() + " on " + string(x.Service.Host()) + " is moved to " + x.To.State() + " ..."
	ctx, f, by, now := m.run, m.cfg.Fleet, m.cfg.By, m.cfg.Now
	newID := func() spec.RunID { return spec.RunID(rollout.NewID(now())) }
	return func() tea.Msg { return moved{x, x.Carry(ctx, f, newID, by, keep)} }
}

func (m *Model) onMoved(x moved) tea.Cmd {
	m.fail("move", x.err)
	m.message = either(x.err == nil, x.move.Service.Lifecycle()+" on "+string(x.move.Service.Host())+" is in "+x.move.To.State()+".", "")
	cmds := []tea.Cmd{m.surveyHost(x.move.Service.Host())}
	for _, also := range x.move.Also {
		cmds = append(cmds, m.surveyHost(also.Service.Host()))
	}
	return batch(cmds...)
}
