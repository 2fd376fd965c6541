package widget

import "strings"

// BarOf draws how much of something is done, in w columns.
func (l Look) BarOf(done, all, w int) string {
	if w < 3 {
		return ""
	}
	room := w - 2
	n := 0
	if all > 0 {
		n = max(min(done*room/all, room), 0)
	}
	return "[" + strings.Repeat(l.Full, n) + strings.Repeat(l.Empty, room-n) + "]"
}
