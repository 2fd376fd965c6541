package plan

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen of a plan that is to be approved asks of the one that routes.
type (
	// Approve agrees to what is shown, once the person has confirmed it.
	Approve struct{}
	// Refuse says no to it, for a reason, which is asked for.
	Refuse struct{}
)

const (
	approve widget.Action = "approve"
	refuse  widget.Action = "refuse"
)

// Approval is the screen of a plan that somebody asks to be approved, as the agents have it that
// are held to it.
type Approval struct {
	*Model
	name    string
	decided []string // what others have decided
	own     bool     // who looks has asked for it
}

// NewApproval makes the screen. Previews are what the agents say that the plan would change,
// decided what was said of it so far; own says that whoever looks has asked for it.
func NewApproval(l widget.Look, name string, p *resolver.Plan, previews map[resolver.TaskID]deploy.TaskPreview, decided []string, own bool) *Approval {
	m := New(l)
	m.Show(&resolver.Result{Plan: p})
	m.SetPreviews(p, previews, nil)
	return &Approval{Model: m, name: name, decided: decided, own: own}
}

// Where names the deployment.
func (m *Approval) Where() widget.Where {
	x := m.Model.Where()
	x.Path = []string{m.name}
	return x
}

// Bindings are the keys that work now.
func (m *Approval) Bindings() []widget.Binding {
	own := ""
	if m.own {
		own = "you have asked for it yourself: somebody else has to approve it"
	}
	out := []widget.Binding{
		widget.Key(approve, "R", "APPROVE", "agree to exactly what is shown; you are asked once more").Unless(own),
		widget.Key(refuse, "X", "REFUSE", "refuse it, for a reason: nothing of it is done"),
	}
	for _, b := range m.Model.Bindings() {
		switch b.Action {
		case runIt, edit, writeFile:
		case widget.Back:
			out = append(out, widget.Key(widget.Back, "esc left h", "back", "go back; nothing is decided"))
		default:
			out = append(out, b)
		}
	}
	return out
}

// Do carries an action out.
func (m *Approval) Do(a widget.Action) widget.Request {
	switch a {
	case approve:
		return Approve{}
	case refuse:
		return Refuse{}
	}
	if x := m.Model.Do(a); x != (Edit{}) {
		return x
	}
	return widget.GoBack{}
}

// Hint says what was decided so far, or what to do.
func (m *Approval) Hint() string {
	switch {
	case len(m.decided) > 0:
		return strings.Join(m.decided, "; ")
	case m.own:
		return "You have asked for it: somebody else has to approve it. X takes it back."
	}
	return "Nothing of it is done before it is approved. R approves exactly this, X refuses it."
}

// Said is what was decided about a proposal on some hosts, a line for each who has.
func Said(all []spec.Decision) []string {
	var out []string
	for _, d := range all {
		text := d.By + " has approved it"
		if d.Refused {
			text = d.By + " has refused it"
		}
		if d.Reason != "" {
			text += ": " + d.Reason
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
