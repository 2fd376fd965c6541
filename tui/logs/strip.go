package logs

import (
	"fmt"
	"strings"
	"time"

	"github.com/armonic/armonic/tui/widget"
)

// mostCounted is how many lines are looked at to draw the strip; of more, some.
const mostCounted = 100_000

// strip shows when the lines were written that are shown, in two lines: how many there are at each
// time, in the colour of the worst of them, and where the cursor is.
func (p *Pane) strip(w int) []string {
	l := p.look
	low, high, found := uint32(0), uint32(0), false
	by := 1 + len(p.shown)/mostCounted
	for i := 0; i < len(p.shown); i += by {
		if e := p.shown[i]; e.kind == hit {
			if !found {
				low, found = e.sec, true
			}
			low, high = min(low, e.sec), max(high, e.sec)
		}
	}
	if !found || w < 50 {
		return nil
	}
	at := func(sec uint32) string {
		return p.from.Add(time.Duration(sec) * time.Second).Local().Format("15:04:05")
	}
	room := w - 20
	span := int(high-low) + 1
	cell := func(e entry) int { return int(max(e.sec, low)-low) * room / span }
	counts, worst := make([]int, room), make([]uint8, room)
	most := 1
	for i := 0; i < len(p.shown); i += by {
		if e := p.shown[i]; e.kind == hit {
			k := min(cell(e), room-1)
			counts[k]++
			worst[k] = max(worst[k], e.level)
			most = max(most, counts[k])
		}
	}
	steps := []rune(l.Steps)
	var b strings.Builder
	for k, n := range counts {
		style := [...]widget.Style{"", l.Warn, l.Bad}[worst[k]]
		i := n * (len(steps) - 1) / most
		if n == 0 {
			style = l.Dim
		} else {
			i = max(i, 1)
		}
		b.WriteString(style.Paint(string(steps[i])))
	}
	each := "one mark " + short(float64(span)/float64(room))
	under := strings.Repeat(" ", 10) + l.Dim.Paint(each)
	if i := p.list.Cursor; i < len(p.shown) && p.shown[i].kind != gap {
		here := min(cell(p.shown[i]), room-1)
		word := l.Here + " here"
		if here+len("^ here") > room {
			word, here = "here "+l.Here, max(here-len("here "), 0)
		}
		switch {
		case here > widget.Width(each):
			under += strings.Repeat(" ", here-widget.Width(each)) + l.Title.Paint(word)
		default:
			under = strings.Repeat(" ", 10+here) + l.Title.Paint(word)
			if room > 40 {
				under = l.Fit(under, w-1-widget.Width(each)) + l.Dim.Paint(each)
			}
		}
	}
	return []string{" " + l.Dim.Paint(at(low)) + " " + b.String() + " " + l.Dim.Paint(at(high)), under}
}

// short is a number of seconds in few letters.
func short(seconds float64) string {
	switch {
	case seconds < 1:
		return fmt.Sprintf("%.1fs", seconds)
	case seconds < 120:
		return fmt.Sprintf("%.0fs", seconds)
	}
	return fmt.Sprintf("%.0fm", seconds/60)
}
