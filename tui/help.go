package tui

import (
	"cmp"
	"strings"

	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/menu"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// openHelp lists the keys that work now, those that do not and why, and those of other screens;
// choosing a row does it. Rows are found by what they say, and by other words for the same.
func (m *Model) openHelp() {
	rows := m.helpRows()
	m.open(list{menu.New(m.look, "Help", "?", func(text string) []menu.Row {
		if strings.TrimSpace(text) == "" {
			return menu.Matching(append(rows.here, rows.rest...), "")
		}
		return menu.Matching(append(append(append([]menu.Row{}, rows.here...), rows.found...), rows.rest...), text)
	}, nil), m.request})
}

// helpRows are the rows of the help: those here, those that only a search finds, and the signs.
type helpRows struct{ here, found, rest []menu.Row }

func row(b widget.Binding, do any) menu.Row {
	text := b.Help
	if b.Label != "" && !strings.Contains(strings.ToLower(text), strings.ToLower(b.Label)) {
		text = strings.ToLower(b.Label) + ": " + text
	}
	if b.Not != "" {
		text, do = strings.ToLower(cmp.Or(b.Label, string(b.Action)))+": "+b.Not, b.Action
	}
	return menu.Row{Left: strings.Join(strings.Fields(b.Keys), " "), Text: text, Also: string(b.Action) + " " + b.Label + " " + b.Help + " " + widget.OtherWords(b), Do: do}
}

func (m *Model) helpRows() helpRows {
	var here, notNow, everywhere, elsewhere, commands []menu.Row
	s := m.current()
	if s != nil {
		typing := m.typing()
		bs := s.Bindings()
		if !typing {
			bs = widget.Remap(bs, m.cfg.Keys)
		}
		for _, b := range bs {
			switch {
			case b.Not != "":
				notNow = append(notNow, row(b, nil))
			case typing: // its keys go to what is typed in
				here = append(here, row(b, term.Key(b.Shown())))
			default:
				here = append(here, row(b, b.Action))
			}
		}
	}
	for _, b := range widget.Remap(m.global(), m.cfg.Keys) {
		everywhere = append(everywhere, row(b, b.Action))
	}
	seen := map[string]bool{}
	for _, r := range append(append([]menu.Row{}, here...), notNow...) {
		seen[r.Text] = true
	}
	for _, p := range m.pages.all() {
		if p == m.page() {
			continue
		}
		for _, keys := range m.keySets(p) {
			for _, b := range keys {
				b.Not = ""
				r := row(b, nil)
				if seen[r.Text] || b.Action == widget.Back {
					continue
				}
				seen[r.Text] = true
				r.Text = r.Text + "   (" + p.name + ")"
				if p.tab != "" {
					r.Do = p.goes
				}
				elsewhere = append(elsewhere, r)
			}
		}
	}
	for _, r := range m.commands("") {
		r.Left = ":" + r.Left
		commands = append(commands, r)
	}
	head := func(text string) menu.Row { return menu.Row{Head: true, Text: text} }
	out := helpRows{here: append([]menu.Row{head("HERE")}, here...)}
	if len(notNow) > 0 {
		out.here = append(append(out.here, head("NOT NOW")), notNow...)
	}
	out.here = append(append(out.here, head("EVERYWHERE")), everywhere...)
	out.found = append(append([]menu.Row{head("ELSEWHERE")}, elsewhere...), append([]menu.Row{head("COMMANDS")}, commands...)...)
	out.rest = m.signs()
	return out
}

// signs are what the signs mean, and which keys change a server.
func (m *Model) signs() []menu.Row {
	l := m.look
	rows := []menu.Row{{Head: true, Text: "SIGNS"}}
	for _, s := range [][2]string{
		{l.Missing, "needs an answer, asks to join"}, {l.Wrong, "refused, by its type or by a host"}, {l.Checking, "a host is being asked; LOST: the outcome is unknown"},
		{l.Glyphs.Default, "the value is a default"}, {l.Like, "the value is like another of the same name"}, {l.AtRun, "known only at run time"},
		{l.OK, "ok, done"}, {l.Same, "no change, or done elsewhere"}, {l.Wait, "waits"}, {l.Glyphs.Run, "runs"}, {l.Fail, "failed"}, {l.Held, "held: what it needs failed"},
		{l.Off, "off"}, {l.Drift, "is not as it was left"}, {l.Undone, "taken back"},
		{strings.TrimSpace(widget.Simulated), "simulated: " + format.Pretends},
	} {
		rows = append(rows, menu.Row{Left: s[0], Text: s[1]})
	}
	return append(rows, menu.Row{Head: true, Text: "Only R S B M X T and C change a server, always after one more question."})
}
