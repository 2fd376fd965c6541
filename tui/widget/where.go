package widget

import "strings"

// Where says where one is in a screen.
type Where struct {
	Path  []string // below the screen
	Note  string   // what that is; it gives way to the rest
	Right string   // how it stands; may have styles
}

// Where draws the way to what is shown in a line of w columns: its last part bold. A note gives way
// first, then what is at the right.
func (l Look) Where(page string, x Where, w int) string {
	steps := append([]string{page}, x.Path...)
	for i := range steps {
		steps[i] = Clean(steps[i])
	}
	last := len(steps) - 1
	plain := strings.Join(steps, " "+l.Crumb+" ")
	left := " "
	if last > 0 {
		left += strings.Join(steps[:last], " "+l.Crumb+" ") + " " + l.Crumb + " "
	}
	left += Style("1").Paint(steps[last])
	right := x.Right
	if right != "" {
		right += " "
	}
	if n := Width(right); n > 0 && 2+Width(plain)+n > w {
		right = l.Cut(right, max(w-Width(plain)-3, w/3))
	}
	room := w - Width(right)
	note := Clean(x.Note)
	if i := strings.LastIndex(note, ", "); i >= 0 && Width(left)+3+Width(note) >= room {
		note = note[i+2:]
	}
	if note != "" && Width(left)+3+Width(note) < room {
		left += "   " + l.Dim.Paint(note)
	}
	return l.Fit(left, max(room, 0)) + right
}
