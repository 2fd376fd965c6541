package widget

import "strings"

// BarOf draws how much of something is done, in w columns: heavy in a style, and thin for what is
// to come.
func (l Look) BarOf(style Style, done, all, w int) string {
	if w < 1 {
		return ""
	}
	n := 0
	if all > 0 {
		n = max(min(done*w/all, w), 0)
	}
	return style.Paint(strings.Repeat(l.Heavy, n)) + l.Frame.Paint(strings.Repeat(l.Horizontal, w-n))
}
