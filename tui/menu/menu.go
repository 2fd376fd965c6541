package menu

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fmt"

	"github.com/armonic/armonic/tui/widget"
)

// Row is a row of a menu.
type Row struct {
	Left string // a key or a command
	Text string
	Also string // other words by which it is found
	Do   any    // what choosing it asks for; nil: nothing
	Fill string // instead: what it puts into the field, to be gone on with
	Head bool   // a heading
}

// Menu is open while somebody chooses.
type Menu struct {
	look  widget.Look
	title string
	mark  string             // before the field
	rows  func(string) []Row // for what was typed
	parse func(string) any   // what typed text means by itself, nil if nothing
	field widget.Field
	shown []Row
	list  widget.List
	wide  int // as it was drawn
}

// New opens a menu. rows gives what is shown for a text; parse, which may be nil,
// says what a text means without choosing a row.
func New(l widget.Look, title, mark string, rows func(string) []Row, parse func(string) any) *Menu {
	m := &Menu{look: l, title: title, mark: mark, rows: rows, parse: parse}
	m.search()
	return m
}

// Matching keeps the rows that contain all words of a text, and the headings
// above them.
func Matching(rows []Row, text string) []Row {
	words := strings.Fields(strings.ToLower(text))
	var out []Row
	var head *Row
	for i := range rows {
		if rows[i].Head {
			head = &rows[i]
			continue
		}
		hay, ok := strings.ToLower(rows[i].Left+" "+rows[i].Text+" "+rows[i].Also), true
		for _, w := range words {
			ok = ok && strings.Contains(hay, w)
		}
		if !ok {
			continue
		}
		if head != nil {
			out = append(out, *head)
			head = nil
		}
		out = append(out, rows[i])
	}
	return out
}

func (m *Menu) search() {
	m.shown = m.rows(m.field.Text())
	m.list.SetLen(len(m.shown))
	m.list.To(0)
	m.skip(1)
}

func (m *Menu) skip(by int) {
	for range m.shown {
		if m.list.Cursor >= len(m.shown) || !m.shown[m.list.Cursor].Head {
			return
		}
		at := m.list.Cursor
		m.list.To(at + by)
		if m.list.Cursor == at {
			by = -by
		}
	}
}

// Type handles a key: what was chosen, and whether the menu is to be closed.
func (m *Menu) Type(k tea.KeyMsg) (chosen any, closed bool) {
	switch name := widget.Name(k); name {
	case "esc", "f1":
		return nil, true
	case "up", "down", "pgup", "pgdown":
		a, _ := widget.Find(widget.Moves(), name)
		m.list.Do(a)
		if a == widget.Up || a == widget.PageUp {
			m.skip(-1)
		} else {
			m.skip(1)
		}
	case "tab":
		if r := m.here(); r != nil && r.Fill != "" {
			m.field.Set(r.Fill)
			m.search()
		}
	case "enter":
		return m.choose()
	default:
		if m.field.Type(k) {
			m.search()
		}
	}
	return nil, false
}

// Fill puts a text into the field.
func (m *Menu) Fill(text string) {
	if text != "" {
		m.field.Set(text)
		m.search()
	}
}

func (m *Menu) here() *Row {
	if m.list.Cursor < len(m.shown) {
		return &m.shown[m.list.Cursor]
	}
	return nil
}

func (m *Menu) choose() (any, bool) {
	r := m.here()
	if r != nil && r.Do != nil {
		return r.Do, true
	}
	if m.parse != nil {
		if x := m.parse(m.field.Text()); x != nil {
			return x, true
		}
	}
	if r != nil && r.Fill != "" {
		m.field.Set(r.Fill)
		m.search()
	}
	return nil, false
}

// Draw makes the lines of the menu, at most w columns wide and h high.
func (m *Menu) Draw(w, h int) ([]string, widget.Point) {
	l := m.look
	n := 0
	left, text := 8, 30
	for _, r := range m.shown {
		text = max(text, widget.Width(r.Text))
		if !r.Head {
			n++
			left = max(left, min(widget.Width(r.Left), w/3))
		}
	}
	w = min(max(m.wide, left+text+6, 60), w-2)
	m.wide = w // it does not jump while somebody types
	h = max(min(len(m.rows(""))+4, h), min(h, 8))
	iw, ih := w-2, h-2
	field, x := m.field.Draw(l, max(iw-widget.Width(m.mark)-3, 1))
	body := []string{" " + l.Key.Paint(m.mark) + " " + field}
	m.list.Set(len(m.shown), max(ih-1, 1))
	if m.list.Cursor == 1 && m.list.Top == 1 {
		m.list.Top = 0 // the heading above the first row
	}
	from, to := m.list.Window()
	widths := widget.Flex(iw-3, left, -1)
	for i := from; i < to; i++ {
		r := m.shown[i]
		if r.Head {
			body = append(body, " "+l.Head.Paint(l.Fit(widget.Clean(r.Text), iw-1)))
			continue
		}
		body = append(body, l.Pick(l.Row(widths, widget.Cell{Text: r.Left, Style: l.Key}, widget.T(r.Text)), iw, i == m.list.Cursor, true))
	}
	if n == 0 {
		body = append(body, "  nothing matches")
	}
	return l.Box(m.title, fmt.Sprintf("%d found", n), w, h, body), widget.Point{X: 3 + widget.Width(m.mark) + x, Y: 1}
}
