package start

import (
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// widest is how wide what is said is at most.
const widest = 76

func (m *Model) draw() {
	if m.w <= 0 || m.h <= 0 {
		m.frame = nil
		return
	}
	l := m.Look
	w := min(m.w-2, widest)
	draw := m.drawForm
	if m.step == choosing {
		draw = m.drawChoices
	}
	body, at := draw(w)
	left := strings.Repeat(" ", max((m.w-w)/2, 0))
	top := max(min((m.h-3-len(body))/3, 4), 0)
	m.frame = []string{l.Fit(" "+l.Title.Paint("ARMONIC")+"  "+l.Dim.Paint("first start"), m.w)}
	for range top {
		m.frame = append(m.frame, "")
	}
	for _, s := range body {
		m.frame = append(m.frame, left+s)
	}
	for len(m.frame) < m.h-2 {
		m.frame = append(m.frame, "")
	}
	m.frame = append(m.frame[:max(m.h-2, 0)], " "+l.Dim.Paint(m.hint()), " "+strings.TrimLeft(l.Footer(m.keys(), "", m.step == filling, m.w-1), " "))
	m.frame = m.frame[:min(len(m.frame), m.h)]
	for i := range m.frame {
		m.frame[i] = l.Showable(l.Fit(m.frame[i], m.w))
	}
	if m.Show != nil {
		at.X += len(left)
		at.Y = min(at.Y+1+top, m.h-1)
		m.Show(m.frame, at, m.step == filling)
	}
}

func (m *Model) hint() string {
	switch m.step {
	case filling:
		return m.fields[m.field].help + "."
	case testing:
		return "Nothing is written before the connection works."
	case writing:
		return "Nothing is written before you say so."
	}
	return "There is no configuration yet. Nothing is changed before you say so."
}

func (m *Model) keys() []widget.Binding {
	switch m.step {
	case filling:
		next := "next"
		if !m.asks() {
			next = "test"
		}
		return []widget.Binding{widget.Key("", "enter", next, ""), widget.Key("", "tab", "next", ""), widget.Key("", "esc", "back", ""), widget.Key("", "ctrl+c", "quit", "")}
	case testing:
		return []widget.Binding{widget.Key("", "esc", "stop", ""), widget.Key("", "ctrl+c", "quit", "")}
	case writing:
		return []widget.Binding{widget.Key("", "enter", "write it and connect", ""), widget.Key("", "esc", "back", ""), widget.Key("", "ctrl+c", "quit", "")}
	}
	return []widget.Binding{widget.Key("", "1-3", "choose", ""), widget.Key("", "enter", "start", ""), widget.Key("", "q", "quit", "")}
}

func (m *Model) drawChoices(w int) ([]string, widget.Point) {
	l := m.Look
	bar := l.Title.Paint(l.Level) + " "
	var out []string
	if m.h >= 22 {
		for _, s := range [][2]string{{"Active", ""}, {"Configured", "Armonic"}, {"Installed", "services as stacks of states,"}, {"NotInstalled", "put on many hosts, and taken off again"}} {
			out = append(out, l.Cut("      "+bar+l.Row([]int{16, 40}, widget.Cell{Text: s[0], Style: l.Head}, widget.T(s[1])), w))
		}
		out = append(out, "")
	}
	out = append(out, l.Rule(widget.Rule{Title: "How do you want to start?", Focus: true}, w))
	at := widget.Point{}
	for i, c := range []struct{ name, what, needs string }{
		{"Try it here", "5 simulated hosts in this program, and a tour of ten steps", "needs nothing, leaves nothing behind"},
		{"My server", "your XMPP server and account; the connection is tested", "writes " + m.File + ", shown before"},
		{"Only look", "the same simulated hosts, with every key off that changes something", "as armonic tui --demo --read-only"},
	} {
		if i == m.at {
			at.Y = len(out)
		}
		out = append(out, l.Pick(l.Fit(string(rune('1'+i))+"  "+c.name, w-2), w, i == m.at, true))
		if m.h >= 18 || i == m.at { // else only of the one under the cursor
			out = append(out, l.Fit("     "+c.what, w), l.Dim.Paint(l.Fit("     "+c.needs, w)))
		}
		if i < 2 && m.h >= 20 {
			out = append(out, "")
		}
	}
	if m.h >= 30 {
		out = append(out, "")
	}
	if m.h >= 22 {
		out = append(out, l.Rule(widget.Rule{Title: "Does this look right?"}, w),
			"  "+l.Good.Paint(l.OK+" ok")+"  "+l.Busy.Paint(l.Run+" run")+"  "+l.Bad.Paint(l.Fail+" FAIL")+"  "+l.Warn.Paint(l.Held+" held")+"  "+l.Cursor.Paint(" reverse ")+"  "+l.Dim.Paint("dim"),
			l.Dim.Paint(l.Fit("  broken signs: --glyphs ascii   no colour: --theme none", w)))
	}
	return out, at
}

func (m *Model) drawForm(w int) ([]string, widget.Point) {
	l := m.Look
	out := []string{l.Rule(widget.Rule{Title: "My server", Focus: m.step == filling}, w)}
	at := widget.Point{}
	for i, f := range m.fields {
		text, x := f.Draw(l, max(w-18, 4))
		mark := "  "
		if i == m.field && m.step == filling {
			mark = "> "
			at = widget.Point{X: 16 + x, Y: len(out)}
		} else {
			text = widget.Clean(f.Text())
			if f.Hidden {
				text = strings.Repeat("*", min(len([]rune(text)), 12))
			}
		}
		name := l.Fit(f.name, 12)
		if i == m.field && m.step == filling {
			name = l.Title.Paint(name)
		}
		out = append(out, l.Fit(mark+name+"  "+text, w))
	}
	out = append(out, "")
	put := func(style widget.Style, text string) {
		for _, s := range widget.Wrap(widget.Clean(text), w-4) {
			out = append(out, "  "+style.Paint(s))
		}
	}
	switch {
	case m.step == testing:
		put(l.Busy, l.Checking+" connecting as "+m.answers().JID+" "+l.Ellipsis)
	case m.err != nil:
		put(l.Bad, l.Wrong+" "+m.err.Error())
		if hint := spec.HintOf(m.err); hint != "" {
			put("", hint)
		}
	case m.step == writing:
		put(l.Good, l.OK+" connected as "+m.answers().JID)
		out = append(out, "", l.Rule(widget.Rule{Title: m.File}, w))
		for s := range strings.Lines(m.Text(m.answers())) {
			put("", strings.TrimRight(s, "\n"))
		}
	}
	return out, at
}
