package widget

import (
	"github.com/charmbracelet/x/ansi"
)

// Over draws a popup in the middle of a screen of w columns. Both are lines of
// exact width; a popup that is too large is cut.
func Over(screen, popup []string, w int) []string {
	if len(popup) == 0 || len(screen) == 0 {
		return screen
	}
	pw := min(Width(popup[0]), w)
	x := (w - pw) / 2
	y := max((len(screen)-len(popup))/2, 0)
	out := make([]string, len(screen))
	copy(out, screen)
	for i, p := range popup {
		if y+i >= len(out) {
			break
		}
		under := out[y+i]
		left := ansi.Truncate(under, x, "")
		right := ansi.TruncateLeft(under, x+pw, "")
		if Width(right) > w-x-pw { // a wide character stood on the edge
			right = ansi.TruncateLeft(under, x+pw+1, "")
		}
		mid := ansi.Truncate(p, pw, "")
		out[y+i] = left + blanks(x-Width(left)) + "\x1b[0m" + mid + "\x1b[0m" +
			blanks(w-x-pw-Width(right)) + right
	}
	return out
}

// Faint are lines as they are under an overlay: without colours, and dim.
func (l Look) Faint(lines []string, w int) []string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = l.Dim.Paint(l.Fit(ansi.Strip(s), w))
	}
	return out
}
