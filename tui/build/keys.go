package build

import (
	"github.com/armonic/armonic/tui/show"
	"github.com/armonic/armonic/tui/ui"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []ui.Binding {
	if m.edit != nil {
		return m.edit.Bindings()
	}
	if m.filter.Typing {
		return m.filter.Bindings()
	}
	return append([]ui.Binding{
		ui.Key(ui.Open, "enter", "answer", "answer the question under the cursor"),
		ui.Key(nextOpen, "a", "next open", "open the next question that is missing or wrong, then those nobody decided"),
		ui.Key(showPlan, "p", "plan", "show what will happen on each host"),
		ui.Key(acceptAll, "A", "take all suggestions", "take the best suggestion of every question that nobody decided"),
		ui.Key(undo, "u", "undo", "take the last decision back"),
		ui.Key(redo, "U", "", "undo the undo"),
		ui.Key(change, "c", "change node", "change host, number, service or whether Armonic manages it, of the node under the cursor"),
		ui.Key(showTree, "t tab", "tree", "to the tree, and back to the questions"),
		ui.Key(editAnswer, "e", "", "edit the answer under the cursor"),
		ui.Key(nextWrong, "!", "", "to the next wrong answer"),
		ui.Key(forget, "backspace delete", "", "forget the answer: the suggestion holds again"),
		ui.Key(ui.Search, "/", "filter", "show only questions that contain a text"),
		ui.Key(ui.NextHit, "n", "", "next question"),
		ui.Key(ui.PrevHit, "N", "", "previous question"),
		ui.Key(expert, "x", "", "show all questions, also those for experts and those nobody needs to answer"),
		ui.Key(ui.Right, "right l", "", "open the row of the tree"),
		ui.Key(ui.Left, "left h", "", "shut the row of the tree"),
		ui.Key(openAll, "=", "", "open the whole tree"),
		ui.Key(closeAll, "-", "", "shut the whole tree"),
		ui.Key(writeFile, "w", "write file", "write all answers to a file that can be replayed"),
		ui.Key(ui.Copy, "y", "", "copy the path and value under the cursor"),
		ui.Key(ui.Zoom, "z", "", "show the pane alone, without borders"),
		ui.Key(reread, "r", "", "ask the hosts everything again"),
		ui.Key(ui.Back, "esc", "back", "go back; nothing is lost"),
	}, ui.Moves()...)
}

func (m *Model) copy() ui.Out {
	if m.pane == nodes {
		if i := m.tree.Selected(); i >= 0 {
			n := m.tree.Tree.Items[i].Node
			return ui.Ask(ui.CopyText{Text: string(n.Provide.Path), What: string(n.Provide.Path)})
		}
		return ui.Out{}
	}
	if q := m.question(); q != nil {
		text := string(q.Path) + "=" + show.QuestionValue(q)
		return ui.Ask(ui.CopyText{Text: text, What: text})
	}
	return ui.Out{}
}
