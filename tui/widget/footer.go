package widget

import "strings"

// most is how many keys a footer shows.
const most = 11

// Footer writes the bindings that have a label in a line of w columns: first those that change a
// server, then the screen's, at the end the way back, commands and help, which give way last. What
// is not possible is left out, unless it was just pressed: then it is dim.
func (l Look) Footer(bs []Binding, pressed Action, typing bool, w int) string {
	var groups [3][]Binding
	n := 0
	for _, b := range bs {
		if b.Label == "" || b.Not != "" && b.Action != pressed {
			continue
		}
		g := 1
		switch {
		case b.Changes() && !typing:
			g = 0
		case b.Label == "help" || b.Label == "commands" || b.Action == Back:
			g = 2
		}
		groups[g] = append(groups[g], b)
		n++
	}
	right := ""
	if typing {
		right = " " + l.Cursor.Paint(" TYPING ")
	}
	room := w - 1 - Width(right)
	line := l.footerLine(groups)
	for n > 1 && (Width(line) > room || n > most) {
		switch { // of the screen's keys the last ones go first, then the way back and commands
		case len(groups[1]) > 2:
			groups[1] = groups[1][:len(groups[1])-1]
		case len(groups[2]) > 1:
			groups[2] = groups[2][1:]
		case len(groups[1]) > 0:
			groups[1] = groups[1][:len(groups[1])-1]
		case len(groups[0]) > 0:
			groups[0] = groups[0][:len(groups[0])-1]
		}
		n--
		line = l.footerLine(groups)
	}
	return l.Fit(" "+line, w-Width(right)) + right
}

func (l Look) footerLine(groups [3][]Binding) string {
	var parts []string
	for _, g := range groups {
		var keys []string
		for _, b := range g {
			key, label := l.Key.Paint(l.KeyName(b.Shown())), b.Label
			if b.Not != "" {
				key, label = l.Dim.Paint(b.Shown()), l.Dim.Paint(label)
			}
			keys = append(keys, key+" "+label)
		}
		if len(keys) > 0 {
			parts = append(parts, strings.Join(keys, "  "))
		}
	}
	return strings.Join(parts, "  "+l.Frame.Paint(l.Vertical)+"  ")
}

// KeyName is a key as it stands in a footer.
func (l Look) KeyName(key string) string {
	if key == "f1" {
		return "F1"
	}
	return key
}
