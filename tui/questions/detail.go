package questions

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// drawDetail is the pane of the editor, or of what is under the cursor.
func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	q := m.question()
	if m.edit != nil {
		if x := m.res.Question(m.edit.Key); x != nil {
			q = x
		}
	}
	switch {
	case m.res == nil:
		return m.look.Pane(widget.Rule{Title: string(m.pattern)}, w, h, []string{"asking the hosts ..."}), widget.Point{}
	case m.pane == nodes && m.edit == nil:
		return m.drawNode(w, h), widget.Point{}
	case q == nil:
		return m.drawProblem(w, h), widget.Point{}
	}
	return m.drawQuestion(q, w, h)
}

func (m *Model) drawQuestion(q *resolver.Question, w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Rule{Title: join(" / ", string(q.Host), q.Path.Lifecycle(), format.Asked(q)), Focus: m.edit != nil}
	if m.edit != nil && m.edit.Typing() {
		box.Note = "TYPING"
	}
	iw, ih := w, max(h-1, 0)
	var body []string
	about := strings.TrimSpace(join(". ", q.Var.Label, q.Var.Help))
	if about == "" && q.Key.Kind == resolver.AskValue {
		about = "Takes " + format.Constraints(q.Var) + "."
	}
	if about == "" {
		about = asks(q)
	}
	for i, s := range widget.Wrap(widget.Clean(about), iw-1) {
		if i < max(ih/4, 1) {
			body = append(body, " "+s)
		}
	}
	if ih > 8 {
		body = append(body, "")
	}
	at := widget.Point{}
	why := m.why(q)
	if m.edit != nil {
		uses := m.drawScope(iw)
		room := ih - len(body)
		if room > len(why)+8 {
			room -= len(why) + 2
		}
		lines, p := m.edit.Draw(iw-2, max(room-len(uses), 2))
		at = widget.Point{X: 1 + p.X, Y: 1 + len(body) + p.Y}
		for _, s := range lines {
			body = append(body, " "+s)
		}
		if q.Problem != "" && q.Status != resolver.Wrong {
			body = append(body, " "+l.Warn.Paint(l.Cut(widget.Clean(q.Problem), iw-2)))
		}
		body = append(body, uses...)
	} else {
		body = append(body, m.value(q, iw)...)
	}
	if room := ih - len(body); room > 3 {
		body = append(body, "", l.Head.Paint(" WHY AM I ASKED"))
		body = append(body, indented(why, iw)...)
	}
	return l.Pane(box, w, h, body), at
}

func asks(q *resolver.Question) string {
	switch q.Key.Kind {
	case resolver.AskHost:
		return "On which host?"
	case resolver.AskHosts:
		return "On which hosts? Any order; the first is the main one. " + strings.ToUpper(bounds(q)[:1]) + bounds(q)[1:] + "."
	case resolver.AskChoose:
		return "Which of those that match?"
	case resolver.AskCount:
		return "How often? " + bounds(q) + "."
	case resolver.AskManage:
		return "Does Armonic call this, or is it taken as given?"
	case resolver.AskPath:
		return "Which of several ways? They are counted from 0."
	case resolver.AskCall:
		return "Is it called, or are only the states before it entered?"
	case resolver.AskRoll:
		return "How many at a time? 2, or 25%,canary=1,max-fail=1,pause=30s,check=status."
	case resolver.AskReturn:
		return "What would it return?"
	case resolver.AskValue:
	}
	return ""
}

// value shows a question that is not being edited.
func (m *Model) value(q *resolver.Question, w int) []string {
	l := m.look
	sign, style, from := format.Question(l, q)
	out := []string{" " + style.Paint(sign) + " " + widget.Strong.Paint(l.Cut(widget.Clean(format.QuestionValue(q)), w-4))}
	if q.Why != "" {
		from = join(": ", from, q.Why)
	}
	if from != "" {
		out = append(out, "   "+l.Dim.Paint(l.Cut(widget.Clean(from), w-4)))
	}
	if q.Problem != "" {
		for _, s := range widget.Wrap(widget.Clean(q.Problem), w-5) {
			out = append(out, "   "+l.Bad.Paint(s))
		}
	}
	if q.Hint != "" {
		out = append(out, "   "+l.Cut("hint: "+widget.Clean(q.Hint), w-4))
	}
	if q.Fixed {
		return append(out, "", l.Dim.Paint(" Nobody needs to answer this."))
	}
	if len(q.Suggestions) > 0 {
		widths := widget.Flex(w-4, -3, -4)
		out = append(out, "", "   "+l.Head.Paint(l.Row(widths, widget.T("SUGGESTED"), widget.T("WHY"))))
		for i, s := range q.Suggestions {
			if i == 6 {
				out = append(out, fmt.Sprintf("   and %d more", len(q.Suggestions)-i))
				break
			}
			v := format.ValueOf(q, s.Value)
			out = append(out, "   "+l.Row(widths, widget.T(v), widget.Cell{Text: s.Why, Style: l.Dim}))
		}
	}
	return out
}

// indented wraps lines, each a little further in than the one before.
func indented(lines []string, w int) []string {
	var out []string
	for i, s := range lines {
		in := strings.Repeat(" ", min(3+i, w/3))
		for k, x := range widget.Wrap(widget.Clean(strings.TrimLeft(s, " ")), max(w-len(in)-3, 8)) {
			if k > 0 {
				x = "  " + x
			}
			out = append(out, in+x)
		}
	}
	return out
}

func (m *Model) drawProblem(w, h int) []string {
	l := m.look
	p := m.problem()
	if p == nil {
		return l.Pane(widget.Rule{Title: "Nothing to answer"}, w, h, nil)
	}
	style, title := l.Bad, "Problem"
	if p.Warning {
		style, title = l.Warn, "Note"
	}
	box := widget.Rule{Title: title}
	iw := w
	var body []string
	for _, s := range widget.Wrap(widget.Clean(p.Msg), iw-2) {
		body = append(body, " "+style.Paint(s))
	}
	if p.Hint != "" {
		for _, s := range widget.Wrap("hint: "+widget.Clean(p.Hint), iw-2) {
			body = append(body, " "+s)
		}
	}
	if p.Path != "" {
		body = append(body, "", " at "+widget.Clean(string(p.Path)))
	}
	if m.res.Question(p.Key) != nil {
		body = append(body, "", " enter opens the answer that causes it")
	}
	return l.Pane(box, w, h, body)
}

// drawNode describes the node under the tree's cursor.
func (m *Model) drawNode(w, h int) []string {
	l := m.look
	i := m.tree.Selected()
	if i < 0 {
		return l.Pane(widget.Rule{Title: "Node"}, w, h, nil)
	}
	n := m.tree.Tree.Items[i].Node
	box := widget.Rule{Title: join(" @", nodeName(n), string(n.Host))}
	iw := w
	var body []string
	add := func(style widget.Style, text string) {
		for _, s := range widget.Wrap(widget.Clean(text), iw-2) {
			body = append(body, " "+style.Paint(s))
		}
	}
	if about := join(". ", n.Provide.Label, n.Provide.Help); about != "" {
		add("", about)
	}
	if n.Provide.Simulated && m.res.Simulation() != "simulated" {
		add(l.Warn, "Simulated: "+format.Pretends+".")
	}
	switch {
	case n.Unmanaged:
		add(l.Warn, "Not managed: nothing is called, its result is what you say.")
	case n.CalledAs != nil:
		add(l.Dim, "The same call is made once, as "+nodeName(n.CalledAs)+" on "+string(n.CalledAs.Host)+".")
	}
	if len(n.Route.Steps) > 0 {
		add("", "")
		add(l.Head, "WHAT WILL BE DONE")
		add("", "  from  "+strings.Join(n.Route.From, " > "))
		for _, s := range n.Route.Steps {
			add("", "  "+s.Name())
		}
	}
	if len(n.Provide.Requires) > 0 {
		add("", "")
		add(l.Head, "WHAT THE CALL NEEDS")
		for _, r := range n.Provide.Requires {
			add("", "  "+r.Name+" ("+r.Nargs.String()+") "+string(r.Pattern))
		}
	}
	if n.Returned != nil {
		add("", "")
		add("", "returned  "+format.Value(n.Returned))
	}
	add("", "")
	add(l.Head, "WHY IS IT HERE")
	body = append(body, indented(m.chain(n), iw)...)
	body = append(body, "", l.Dim.Paint(" c changes host, number, service, managed"))
	return l.Pane(box, w, h, body)
}

func join(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}
