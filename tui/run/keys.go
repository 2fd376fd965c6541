package run

import (
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/show"
	"github.com/armonic/armonic/tui/ui"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []ui.Binding {
	if m.log.Typing() {
		return m.log.Bindings()
	}
	var out []ui.Binding
	if m.failed() != nil {
		out = append(out, ui.Key(retry, "R", "RETRY", "read the host again and do the failed task again"))
	}
	if !m.snap.Over {
		out = append(out, ui.Key(cancel, "X", "CANCEL", "cancel what runs and start no more"))
	}
	out = append(out,
		ui.Key(ui.NextPane, "tab", "pane", "to the log, and back to the tree"),
		ui.Key(ui.Open, "enter", "log", "read the log of the row under the cursor"),
		ui.Key(views, "v", "log/summary", "show the log, or the summary with what was returned"))
	if m.right && !m.summary {
		for _, b := range m.log.Bindings() {
			if b.Action != logs.Levels {
				out = append(out, b)
			}
		}
	} else {
		out = append(out,
			ui.Key(hot, "f", "follow", "let the cursor go where things happen, or leave it"),
			ui.Key(ui.Search, "/", "filter log", "show only log lines that contain a text"),
			ui.Key(ui.Right, "right l", "", "open the row of the tree"),
			ui.Key(ui.Left, "left h", "", "shut the row of the tree"),
			ui.Key(openAll, "=", "", "open the whole tree"),
			ui.Key(closeAll, "-", "", "shut the whole tree"),
			ui.Key(ui.Copy, "y", "copy", "copy the error, or what was returned"))
		out = append(out, ui.Moves()...)
	}
	return append(out,
		ui.Key(ui.Zoom, "z", "", "show the pane alone, without borders"),
		ui.Key(ui.Back, "esc", "back", "go back; what runs goes on"))
}

// Do carries an action out.
func (m *Model) Do(a ui.Action) ui.Out {
	switch a {
	case retry:
		if t := m.failed(); t != nil {
			return ui.Ask(Retry{Task: t.ID})
		}
	case cancel:
		if !m.snap.Over {
			return ui.Ask(Cancel{})
		}
	case ui.Copy:
		return m.copy()
	case ui.Back:
		switch {
		case m.zoom:
			m.zoom = false
		case m.right:
			m.right = false
		case m.log.Filtered():
		default:
			return ui.Ask(ui.GoBack{})
		}
	default:
		m.glance(a)
	}
	return ui.Out{}
}

// glance changes what is looked at.
func (m *Model) glance(a ui.Action) {
	switch a {
	case ui.NextPane, ui.PrevPane:
		m.right = !m.right
	case ui.Open:
		m.right, m.summary, m.follow = true, false, false
		m.readLog()
	case views:
		m.summary = !m.summary
	case hot:
		m.follow = !m.follow
		m.heat()
		m.readLog()
	case openAll, closeAll:
		m.tree.All(a == openAll)
	case ui.Zoom:
		m.zoom = !m.zoom
	case ui.Search:
		m.right, m.summary = true, false
		m.log.Do(a)
	default:
		switch {
		case m.right && m.summary:
			m.sheet.Do(a)
			return
		case m.right:
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

func (m *Model) copy() ui.Out {
	if m.right && !m.summary {
		if x := m.log.Line(); x != nil {
			return ui.Ask(ui.CopyText{Text: x.Text, What: "the line"})
		}
		return ui.Out{}
	}
	if t := m.failed(); t != nil && t.Err != nil {
		text, hint := show.Err(t.Err)
		if hint != "" {
			text += "\nhint: " + hint
		}
		return ui.Ask(ui.CopyText{Text: text, What: "the error"})
	}
	if m.snap.Result != nil {
		return ui.Ask(ui.CopyText{Text: show.Value(m.snap.Result), What: "the result"})
	}
	return ui.Out{}
}

// Hint is the line that says what is going on.
func (m *Model) Hint() string {
	s := m.snap
	switch {
	case s.Over && s.OK:
		return "Done. 1 shows the hosts and their stacks, y copies what was returned."
	case m.failed() != nil && m.failed().Status == deploy.FailedTask:
		t := m.failed()
		return "R retries " + t.Lifecycle + " on " + string(t.Host) + "; what is done stays done."
	case s.Over:
		return "Not everything was done. R goes on with what was stopped."
	}
	return "Running. You may leave this screen; X cancels."
}
