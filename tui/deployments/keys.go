package deployments

import (
	"cmp"

	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	if m.table.Filter.Typing {
		return m.table.Filter.Bindings()
	}
	r := m.here()
	none := ""
	if r == nil {
		none, r = "there is no deployment under the cursor", &Row{}
	}
	out := []widget.Binding{
		widget.Key(GoOnHere, "R", "GO ON HERE", "carry the deployment out from here, also if somebody else does so now").Unless(cmp.Or(none, r.noGoingOn())),
		widget.Key(RollBack, "B", "roll back", "take back what the deployment did; shown before").Unless(cmp.Or(none, r.noWayBack())),
		widget.Key(widget.Open, "enter right l", "open", "show the deployment; one that runs elsewhere is only watched").Unless(none),
		widget.Key(approval, "p", "approve", "what is to be approved of the deployment: who may approve it says yes or no").Unless(cmp.Or(none, r.noApproval())),
		widget.Key(ReplayIt, "r", "replay", "plan the same with the same answers, as another deployment").Unless(none),
		widget.Key(OtherHosts, "c", "other hosts", "plan the same with the same answers on other hosts").Unless(none),
		widget.Key(Compare, "o", "compare", "mark it, and compare it with another one").Unless(none),
		widget.Key(SaveAnswers, "w", "save answers", "write its answers to a file that can be replayed").Unless(none),
		widget.Key(OpenAnswers, "a", "open answers", "plan with the answers of a file"),
		widget.Key(widget.Copy, "y", "", "copy the id").Unless(none),
	}
	return append(append(out,
		widget.Key(widget.Search, "/", "filter", "show only those that contain a text: name, id, state, operation, operator, host"),
		widget.Key(widget.Zoom, "z t", "", "show the list or the details alone"),
		widget.Key(widget.Back, "esc left h", "back", "go back")), widget.Moves()...)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case widget.Search:
		m.table.Filter.Typing = true
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Back:
		switch {
		case m.base != "":
			m.base = ""
		case m.zoom:
			m.zoom = false
		case m.table.Filter.Text() != "":
			m.table.Filter.Clear()
			m.arrange()
		default:
			return widget.GoBack{}
		}
	case OpenAnswers:
		return OpenFile{}
	case Compare:
		m.compare()
	case OtherHosts:
		if r := m.here(); r != nil {
			return ReplayOn{r.ID, m.hosts(r)}
		}
	case widget.Open, approval, GoOnHere, RollBack, ReplayIt, SaveAnswers, widget.Copy:
		if r := m.here(); r != nil {
			return r.request(a)
		}
	default:
		m.table.Do(a)
	}
	return nil
}

func (r *Row) request(a widget.Action) widget.Request {
	switch a {
	case widget.Open:
		return Open{r.ID}
	case approval:
		return Approval{r.ID}
	case GoOnHere:
		if r.goesOn() {
			return GoOn{r.ID}
		}
	case RollBack:
		if r.undoable() {
			return Rollback{r.ID}
		}
	case ReplayIt:
		return Replay{r.ID}
	case SaveAnswers:
		return Save{r.ID}
	case widget.Copy:
		return widget.CopyText{Text: string(r.ID), What: string(r.ID)}
	}
	return nil
}

// noApproval says why nothing of it is to be approved, "" if something is.
func (r *Row) noApproval() string {
	if r.State == "waits for approval" {
		return ""
	}
	return r.Name + " does not wait for an approval"
}

// goesOn reports whether it can be gone on with from here.
func (r *Row) goesOn() bool {
	switch r.State {
	case "running":
		return !r.Here
	case "left", "interrupted", "failed", "stopped":
		return true
	case "waits for approval":
		return !r.Here
	}
	return false
}

// noGoingOn says why it cannot be gone on with, "" if it can.
func (r *Row) noGoingOn() string {
	switch {
	case r.goesOn():
		return ""
	case r.State == "running":
		return r.Name + " is carried out here already; enter shows it"
	case r.State == "replaced":
		return "another deployment has taken the place of " + r.Name
	}
	return r.Name + " has come to its end; r plans the same again"
}

// undoable reports whether it can be taken back.
func (r *Row) undoable() bool { return r.noWayBack() == "" }

// noWayBack says why it cannot be taken back, "" if it can.
func (r *Row) noWayBack() string {
	switch {
	case r.State == "done", (r.State == "failed" || r.State == "stopped") && (r.StepsDone > 0 || r.Steps == 0):
		return ""
	case r.State == "failed" || r.State == "stopped":
		return "no way back: nothing is applied"
	case r.State == "rolled back":
		return r.Name + " was taken back"
	case r.State == "replaced":
		return "another deployment has taken the place of " + r.Name
	}
	return r.Name + " is not over; R goes on with it, or whoever carries it out cancels it"
}

// Hint is the line about the row under the cursor.
func (m *Model) Hint() string {
	r := m.here()
	switch {
	case r != nil && r.ID == m.base:
		return r.Name + " is marked: the one under the cursor is compared with it; o takes the mark away."
	case r == nil && !m.ready:
		return "The hosts are being asked which deployments they know ..."
	case r == nil && m.table.Filter.On():
		return "No deployment matches."
	case r == nil:
		return "2 opens the catalogue of what can be deployed."
	case r.State == "running" && r.Here:
		return r.Name + " is carried out here. enter shows it."
	case r.State == "running":
		return r.Name + " is carried out by " + r.by() + ". enter watches it, and changes nothing; R goes on with it here."
	case r.State == "waits for approval":
		return r.Name + " waits for approval by " + r.Awaits + ": armonic deployments approve " + string(r.ID)
	case r.State == "refused":
		return r.Name + " was refused. enter shows by whom and why, r plans it again."
	case r.State == "interrupted":
		return r.Name + ": whoever carried it out is gone; agents have ended what they were given. R goes on with it."
	case r.State == "left":
		return r.Name + ": agents go on with what they were given, nobody hands out more. R goes on with it."
	case r.State == "failed" || r.State == "stopped":
		return r.Name + " " + r.State + " " + format.Age(m.now, r.ended()) + ". enter shows where, R goes on with it."
	case r.State == "replaced":
		return "Another deployment has taken the place of this one; what it left unfinished is not gone on with."
	case r.State == "rolled back":
		return r.Name + " was taken back " + format.Age(m.now, r.ended()) + ". r plans it again."
	}
	return r.Name + ": done " + format.Age(m.now, r.ended()) + ". r plans the same again, B takes it back."
}
