package lifecycle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if m.stack == nil {
		return m.look.Pane(widget.Rule{Title: "States"}, w, h, []string{"", "  There is no " + m.of.Lifecycle() + " on " + string(m.of.Host()) + "."}), widget.Point{}
	}
	if w >= widget.Wide && h >= 2*widget.Low {
		return m.look.Split(w, h, w*54/100, false, m.drawLeft, m.drawWay)
	}
	top := min(len(m.order)+2, max(h*2/5, 4))
	if m.inList {
		return widget.Stacked(w, h, top, true, m.drawStates, m.drawOffers)
	}
	return widget.Stacked(w, h, top, false, m.drawStates, m.drawWay)
}

// drawLeft are the states, and below them what it offers and who uses it.
func (m *Model) drawLeft(w, h int) ([]string, widget.Point) {
	users := m.users()
	low := min(len(users)+1, h/4)
	mid := min(len(m.offers)+2, h/3)
	return widget.Stacked(w, h, min(len(m.order)+3, h-low-mid), m.inList, m.drawStates, func(w, h int) ([]string, widget.Point) {
		return widget.Stacked(w, h, min(mid, h-low), false, m.drawOffers, m.drawUsers(users))
	})
}

// way are the states that a move crosses, in order.
func (m *Model) way() (states []string) {
	if m.move != nil {
		for _, s := range m.move.Work.Steps {
			states = append(states, s.State)
		}
	}
	return states
}

func (m *Model) drawStates(w, h int) ([]string, widget.Point) {
	l := m.look
	rule := widget.Rule{Title: "States", Note: spec.Count(len(m.order), "state", "states"), More: "T moves here", Focus: !m.inList}
	m.states.Set(len(m.order), max(h-2, 1))
	from, to := m.states.Window()
	way := m.way()
	name := 5
	for _, s := range m.order {
		name = widget.Widest(name, w/2, s)
	}
	widths := widget.Flex(w-8, 1, 2, name, 4, 5, 1, -1)
	body := []string{"      " + l.Row(widths, widget.T(""), widget.T(""), widget.Cell{Text: "STATE", Style: l.Head}, widget.T(""), widget.Cell{Text: "SINCE", Style: l.Head, Right: true}, widget.T(""), widget.Cell{Text: "ENTERED WITH", Style: l.Head})}
	at := widget.Point{}
	for i := from; i < to; i++ {
		state := m.order[i]
		when, with, applied := m.since(state)
		sign, level, style := l.Hollow, " ", l.Dim
		if applied {
			sign, level, style = l.Diamond, l.Level, ""
		}
		mark, markStyle := "", widget.Style("")
		switch {
		case state == m.stack.Top():
			mark, markStyle = "NOW", l.Good
		case i == m.states.Cursor:
			mark, markStyle = "GOAL", l.Title
		}
		if slices.Contains(way, state) || len(way) > 0 && state == m.stack.Top() {
			style = l.Title
		}
		number := fmt.Sprint(len(m.order) - i)
		levelStyle := l.Good
		if m.stack.Fault != nil && state == m.stack.Top() {
			levelStyle = l.Warn
		}
		row := style.Paint(sign) + " " + levelStyle.Paint(level) + " " + l.Row(widths, widget.T(""), widget.Cell{Text: number, Style: l.Dim}, widget.Cell{Text: state, Style: style},
			widget.Cell{Text: mark, Style: markStyle}, widget.Cell{Text: when, Right: true, Style: l.Dim}, widget.T(""), widget.T(with))
		if i == m.states.Cursor {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(row, w-1, i == m.states.Cursor, !m.inList)+" ")
	}
	return l.Pane(rule, w, h, body), at
}

func (m *Model) drawOffers(w, h int) ([]string, widget.Point) {
	return m.below.Draw(m.look, widget.Rule{Title: "Offers", Note: spec.Count(len(m.offers), "operation", "operations"), Focus: m.inList}, w, h)
}

// offerCells are the row of an offer: dim if its state is not entered.
func (m *Model) offerCells(o *deploy.Offer) []widget.Cell {
	l := m.look
	sign, signStyle, style := l.Wait, l.Dim, l.Dim
	if slices.Contains(m.stack.Names(), o.Provide.Path.State()) {
		sign, signStyle, style = l.OK, l.Good, ""
	}
	return []widget.Cell{{Text: sign, Style: signStyle}, {Text: o.Provide.Name(), Style: style}, {Text: o.Provide.Path.State(), Style: l.Dim}, {Text: asks(o), Style: l.Dim}}
}

// asks says what an offer asks and needs.
func asks(o *deploy.Offer) string {
	var out []string
	for _, r := range o.Provide.Requires {
		if r.Remote() {
			out = append(out, "needs "+string(r.Pattern))
			continue
		}
		for _, v := range r.Vars {
			out = append(out, v.Name)
		}
	}
	return strings.Join(out, ", ")
}

// users are the applied states of others that required something of it.
func (m *Model) users() []deploy.User { return deploy.UsersOf(m.stack) }

// drawUsers gives the pane of those.
func (m *Model) drawUsers(users []deploy.User) widget.Pane {
	return func(w, h int) ([]string, widget.Point) {
		l := m.look
		rule := widget.Rule{Title: "Used by", Note: strconv.Itoa(len(users))}
		if len(users) == 0 {
			rule.Note = "nobody"
		}
		var body []string
		for _, u := range users {
			body = append(body, "  "+l.Fit(widget.Clean(used(u)), w-3))
		}
		return l.Pane(rule, w, h, body), widget.Point{}
	}
}

// used says who uses what.
func used(u deploy.User) string {
	return u.State.Lifecycle() + " on " + string(u.State.Host()) + "  " + u.State.State() + " uses " + u.Uses + "." + u.Provide
}

// drawWay is the way to the state under the cursor: its steps, what they change, whom they break.
func (m *Model) drawWay(w, h int) ([]string, widget.Point) {
	l := m.look
	rule := widget.Rule{Title: m.state()}
	var body []string
	put := func(style widget.Style, indent int, text string) {
		for i, s := range widget.Wrap(widget.Clean(text), max(w-3-indent, 10)) {
			in := indent
			if i > 0 {
				in += 2
			}
			body = append(body, " "+strings.Repeat(" ", in)+style.Paint(l.Cut(s, max(w-2-in, 4))))
		}
	}
	head := func(text string) {
		if h > 14 {
			body = append(body, "")
		}
		put(l.Head, 0, text)
	}
	now := m.stack.Top()
	if m.state() == now {
		m.standing(put, head)
		return l.Pane(rule, w, h, body), widget.Point{}
	}
	rule.Title = "From " + now + " to " + m.state()
	switch {
	case m.err != nil:
		put(l.Bad, 1, m.err.Error())
	case m.move == nil:
		put(l.Dim, 1, "the host is asked for the way "+l.Ellipsis)
	default:
		rule.Note = spec.Count(len(m.move.Work.Steps), "step", "steps")
		head("THE WAY")
		for i, s := range m.move.Work.Steps {
			sign, style := "+", l.Good
			if s.Action == spec.Leave {
				sign, style = l.Undone, widget.Style("")
			}
			put(style, 1, fmt.Sprintf("%d %s %s", i+1, sign, s.Name()))
			if i < len(m.move.Preview) {
				for _, c := range m.move.Preview[i].Changes {
					put("", 5, c.What)
				}
				if doubt := m.move.Preview[i].Doubt(); doubt != "" {
					put(l.Warn, 5, "may change more: "+doubt)
				}
				if may := m.move.Preview[i].ScriptsText(); may != "" {
					put(l.Dim, 5, may)
				}
			}
		}
		if len(m.move.Problems) > 0 {
			head("ASKS")
			for _, p := range m.move.Problems {
				put(l.Warn, 1, string(p.Path)+"  "+p.Msg)
			}
		}
		head("WHOM IT BREAKS")
		for _, u := range m.move.Users {
			put(l.Warn, 1, "! "+used(u))
		}
		if len(m.move.Users) == 0 {
			put(l.Dim, 1, "nobody that Armonic knows of")
		}
	}
	return l.Pane(rule, w, h, body), widget.Point{}
}

// standing tells of the current state.
func (m *Model) standing(put func(widget.Style, int, string), head func(string)) {
	l := m.look
	if f := m.stack.Fault; f != nil {
		text, hint := format.Err(f.Err)
		head("FAILED")
		put(l.Bad, 1, f.Step.Name()+" "+format.Age(m.now, f.At)+": "+text)
		if hint != "" {
			put("", 1, "hint: "+hint)
		}
	}
	head("ENTERED WITH")
	n := 0
	for _, a := range slices.Backward(m.stack.Applied) {
		for _, in := range format.Inputs(a.Inputs) {
			put("", 1, a.State+"  "+in)
			n++
		}
	}
	if n == 0 {
		put(l.Dim, 1, "no values")
	}
	calls := m.stack.StandingCalls()
	if len(calls) > 0 {
		head("CALLED")
		for _, c := range slices.Backward(calls[max(len(calls)-5, 0):]) {
			put("", 1, c.State+"."+c.Provide+"  "+format.Age(m.now, c.At)+"  "+c.Who)
		}
	}
	head("OTHER STATES")
	put(l.Dim, 1, "the cursor shows the way to each")
}
