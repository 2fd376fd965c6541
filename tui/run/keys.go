package run

import (
	"cmp"
	"slices"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/widget"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	if m.log.Typing() {
		return m.log.Bindings()
	}
	out := m.serverKeys()
	out = append(out,
		widget.Key(widget.NextPane, "tab", "pane", "to the log, and back to the tree"),
		widget.Key(widget.Open, "enter", "log", "read the log of the row under the cursor"),
		widget.Key(logOrSummary, "v", "log/summary", "show the log, or the summary with what was returned"))
	return append(out, m.paneKeys(m.inDetail && !m.summary)...)
}

// KeySets are those of the tree and of the log.
func (m *Model) KeySets() [][]widget.Binding {
	base := m.serverKeys()
	return [][]widget.Binding{append(slices.Clone(base), m.paneKeys(false)...), append(slices.Clone(base), m.paneKeys(true)...)}
}

// paneKeys are those that look at something, in the log or in the tree.
func (m *Model) paneKeys(log bool) (out []widget.Binding) {
	if log {
		for _, b := range m.log.Bindings() {
			if b.Action != logs.Levels {
				out = append(out, b)
			}
		}
	} else {
		out = append(out,
			widget.Key(followOnOff, "f", "follow", "let the cursor go where things happen, or leave it"),
			widget.Key(widget.Search, "/", "filter log", "show only log lines that contain a text"),
			widget.Key(widget.Right, "right l", "", "open the row of the tree"),
			widget.Key(widget.Left, "left h", "", "shut the row of the tree"),
			widget.Key(openAll, "=", "", "open the whole tree"),
			widget.Key(closeAll, "-", "", "shut the whole tree"),
			widget.Key(widget.Copy, "y", "copy", "copy the error, or what was returned"))
		out = append(out, widget.Moves()...)
	}
	runs := why(!m.snap.Over, "it runs; when it is over its answers can be used again")
	return append(out,
		widget.Key(replay, "r", "replay", "plan the same with the same answers, as another deployment").Unless(runs),
		widget.Key(save, "w", "", "write the answers to a file that can be replayed").Unless(runs),
		widget.Key(widget.Zoom, "z", "", "show the pane alone, without borders"),
		widget.Key(widget.Back, "esc", "back", "go back; what runs goes on"))
}

// serverKeys are the keys that change a server, each with why that is not possible now.
func (m *Model) serverKeys() []widget.Binding {
	s := m.snap
	if m.Watched {
		return []widget.Binding{
			widget.Key(goOn, "R", "GO ON HERE", "carry the deployment out from here, also if somebody else does so now").
				Unless(why(!m.resumable(), "it has come to its end")),
			widget.Key(rollBack, "B", "roll back", "take back what this deployment did; shown before").Unless(m.noWayBack()),
		}
	}
	nothing := why(m.failed() == nil, "nothing has failed")
	return []widget.Binding{
		widget.Key(confirm, "C", "CONFIRM", "keep what a guarded step has changed: you can still reach the host").
			Unless(why(m.guarded() == nil, "no step waits to be confirmed")),
		widget.Key(retry, "R", "RETRY", "read the host again and do the failed task again").Unless(nothing),
		widget.Key(edit, "E", "edit", "plan what is left again, with other answers, in the same deployment").
			Unless(cmp.Or(nothing, why(!s.Over, "it still runs; X cancels what runs"), why(s.RolledBack, "it was taken back"))),
		widget.Key(skip, "S", "skip", "go on without the failed task, for a reason").Unless(nothing),
		widget.Key(markDone, "M", "mark done", "take the failed task as done, which you did by hand").Unless(nothing),
		widget.Key(rollBack, "B", "roll back", "take back what this deployment did; shown before").Unless(m.noWayBack()),
		widget.Key(cancel, "X", "CANCEL", "cancel what runs and start no more").Unless(why(s.Over, "nothing runs any more")),
	}
}

// noWayBack says why nothing can be taken back, "" if something can.
func (m *Model) noWayBack() string {
	s := m.snap
	return cmp.Or(why(!s.Over, "it still runs; X cancels what runs"), why(s.RolledBack, "it was taken back"),
		why(s.ReplacedBy != "", "another deployment has taken its place"), why(s.StepsDone == 0, "no way back: nothing is applied"))
}

func why(not bool, reason string) string {
	if not {
		return reason
	}
	return ""
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case retry:
		if t := m.failed(); t != nil {
			return Retry{Task: t.ID}
		}
	case confirm:
		if t := m.guarded(); t != nil {
			return Confirm{Task: t.ID}
		}
	case skip, markDone:
		if t := m.failed(); t != nil && a == skip {
			return Skip{Task: t.ID}
		} else if t != nil {
			return MarkDone{Task: t.ID}
		}
	case goOn:
		return GoOn{}
	case replay:
		return Replay{}
	case save:
		return Save{}
	case edit:
		return Edit{}
	case rollBack:
		return Rollback{}
	case cancel:
		if !m.snap.Over {
			return Cancel{}
		}
	case widget.Copy:
		return m.copy()
	case widget.Back:
		switch {
		case m.zoom:
			m.zoom = false
		case m.inDetail:
			m.inDetail = false
		case m.log.ClearFilter():
		default:
			return widget.GoBack{}
		}
	default:
		m.changeView(a)
	}
	return nil
}

// changeView changes what is looked at.
func (m *Model) changeView(a widget.Action) {
	switch a {
	case widget.NextPane, widget.PrevPane:
		m.inDetail = !m.inDetail
	case widget.Open:
		m.inDetail, m.summary, m.follow = true, false, false
		m.readLog()
	case logOrSummary:
		m.summary = !m.summary
	case followOnOff:
		m.follow = !m.follow
		m.followActivity()
		m.readLog()
	case openAll, closeAll:
		m.tree.All(a == openAll)
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Search:
		m.inDetail, m.summary = true, false
		m.log.Do(a)
	default:
		switch {
		case m.inDetail && m.summary:
			m.summaryRows.Do(a)
			return
		case m.inDetail:
			m.log.Do(a)
			return
		}
		at := m.tree.Selected()
		m.tree.Do(a)
		if m.tree.Selected() != at {
			m.follow = false
			m.summary = false
			m.readLog()
		}
	}
}

func (m *Model) copy() widget.Request {
	if m.inDetail && !m.summary {
		if x := m.log.Line(); x != nil {
			return widget.CopyText{Text: x.Text, What: "the line"}
		}
		return nil
	}
	if t := m.failed(); t != nil && t.Err != nil {
		text, hint := format.Err(t.Err)
		if hint != "" {
			text += "\nhint: " + hint
		}
		return widget.CopyText{Text: text, What: "the error"}
	}
	if m.snap.Result != nil {
		return widget.CopyText{Text: format.Value(m.snap.Result), What: "the result"}
	}
	return nil
}

// Hint is the line that says what is going on.
func (m *Model) Hint() string {
	s := m.snap
	switch {
	case m.Watched:
		return m.watchedHint()
	case s.Over && s.OK:
		if s.RolledBack {
			return "Rolled back. 1 shows the hosts and their stacks."
		}
		return "Done. 1 shows the hosts and their stacks, y copies what was returned."
	case m.failed() != nil && m.failed().Status == rollout.FailedTask:
		t := m.failed()
		return "R retries " + t.Lifecycle + " on " + string(t.Host) + "; what is done stays done."
	case s.Over:
		return "Not everything was done. R goes on with what was stopped."
	}
	return "Running. You may leave this screen; X cancels."
}
