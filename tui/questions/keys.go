package questions

import (
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	if m.edit != nil {
		out := m.edit.Bindings()
		if all, _ := m.alike(); len(all) > 0 {
			out = append(out, widget.Key(useFor, "ctrl+o", "use it for", "use the value for this one, the empty ones, or all of the same name"))
		}
		return out
	}
	if m.table.Filter.Typing {
		return m.table.Filter.Bindings()
	}
	q, asks, wrong, node := m.question(), "", "", ""
	switch {
	case q != nil || m.problem() != nil:
	case m.busy:
		asks = "the hosts are being asked"
	default:
		asks = "there is no question under the cursor"
	}
	if m.res != nil {
		if _, n, _ := m.res.Counts(); n == 0 {
			wrong = "no answer is wrong"
		}
	}
	mine := asks
	if q == nil && mine == "" {
		mine = "this is not asked, it is what is wrong"
	} else if q != nil && q.Source != resolver.You && q.Source != resolver.Replayed {
		mine = "nobody has answered it: what stands there is suggested"
	}
	if m.res == nil || m.res.Root == nil {
		node = "there is no tree yet"
	}
	return append([]widget.Binding{
		widget.Key(widget.Open, "enter", "answer", "answer the question under the cursor").Unless(either(m.pane == nodes, "", asks)),
		widget.Key(nextOpen, "a", "next open", "open the next question that is missing or wrong, then those nobody decided"),
		widget.Key(showPlan, "p", "plan", "show what will happen on each host"),
		widget.Key(acceptAll, "A", "take all suggestions", "take the best suggestion of every question that nobody decided"),
		widget.Key(undo, "u", "undo", "take the last decision back"),
		widget.Key(redo, "U", "", "undo the undo"),
		widget.Key(change, "c", "change node", "change host, number, service or whether Armonic manages it, of the node under the cursor").Unless(node),
		widget.Key(values, "v", "", "ask for what the states that are applied of the node under the cursor were entered with, to change it").Unless(node),
		widget.Key(showTree, "t tab", "tree", "to the tree, and back to the questions"),
		widget.Key(editAnswer, "e", "", "edit the answer under the cursor").Unless(either(m.pane == nodes, "", asks)),
		widget.Key(nextWrong, "!", "", "to the next wrong answer").Unless(wrong),
		widget.Key(forget, "backspace delete", "", "forget the answer: the suggestion holds again").Unless(either(m.pane == nodes, "", mine)),
		widget.Key(widget.Search, "/", "filter", "show only questions that contain a text"),
		widget.Key(widget.NextHit, "n", "", "next question"),
		widget.Key(widget.PrevHit, "N", "", "previous question"),
		widget.Key(expert, "x", "", "show all questions, also those for experts and those nobody needs to answer"),
		widget.Key(widget.Right, "right l", "", "open the row of the tree"),
		widget.Key(widget.Left, "left h", "", "shut the row of the tree"),
		widget.Key(openAll, "=", "", "open the whole tree"),
		widget.Key(closeAll, "-", "", "shut the whole tree"),
		widget.Key(writeFile, "w", "write file", "write all answers to a file that can be replayed"),
		widget.Key(widget.Copy, "y", "", "copy the path and value under the cursor"),
		widget.Key(widget.Zoom, "z", "", "show the pane alone, without borders"),
		widget.Key(reread, "r", "", "ask the hosts everything again"),
		widget.Key(widget.Back, "esc", "back", "go back; nothing is lost"),
	}, widget.Moves()...)
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func (m *Model) copy() widget.Request {
	if m.pane == nodes {
		if i := m.tree.Selected(); i >= 0 {
			n := m.tree.Tree.Items[i].Node
			return widget.CopyText{Text: string(n.Provide.Path), What: string(n.Provide.Path)}
		}
		return nil
	}
	if q := m.question(); q != nil {
		text := string(q.Path) + "=" + format.QuestionValue(q)
		return widget.CopyText{Text: text, What: text}
	}
	return nil
}
