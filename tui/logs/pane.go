package logs

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// Levels is the action that shows fewer or more levels.
const Levels widget.Action = "levels"

// Pane shows the lines of a buffer that pass its filters.
type Pane struct {
	look   widget.Look
	buf    *lines.Buffer
	tasks  map[resolver.TaskID]bool // nil is all
	level  int                      // 0 all, 1 warnings and errors, 2 errors
	filter widget.Filter

	shown  []int // positions
	seen   int   // lines looked at
	list   widget.List
	Paused bool // somebody reads: new lines do not move what is shown
	x      int  // columns scrolled to the right
}

// NewPane makes a pane on a buffer.
func NewPane(l widget.Look, b *lines.Buffer) *Pane { return &Pane{look: l, buf: b} }

// Restyle changes how the pane looks.
func (p *Pane) Restyle(l widget.Look) { p.look = l }

// Only narrows the pane to some tasks; nil is all.
func (p *Pane) Only(tasks []resolver.TaskID) {
	want := map[resolver.TaskID]bool{}
	for _, t := range tasks {
		want[t] = true
	}
	if tasks == nil {
		want = nil
	}
	if len(want) == len(p.tasks) && (want == nil) == (p.tasks == nil) {
		same := true
		for t := range want {
			same = same && p.tasks[t]
		}
		if same {
			return
		}
	}
	p.tasks = want
	p.refilter()
	p.Paused = false
}

// All reports whether the lines of all tasks are shown.
func (p *Pane) All() bool { return p.tasks == nil }

// refilter finds all lines anew. Of a long log most lines are on disk: only those that have to
// be looked at are read.
func (p *Pane) refilter() {
	want := p.filter.Want()
	take := func(i int) {
		if want == "" && p.level == 0 || p.passes(p.buf.At(i), want) {
			p.shown = append(p.shown, i)
		}
	}
	p.shown = p.shown[:0]
	if p.tasks == nil {
		for i := p.buf.First(); i < p.buf.Len(); i++ {
			take(i)
		}
	} else {
		for _, i := range p.buf.Of(p.tasks) {
			take(i)
		}
	}
	p.seen = p.buf.Len()
	p.toLastLine()
}

// CatchUp takes what is new in the buffer.
func (p *Pane) CatchUp() {
	first := p.buf.First()
	if n, _ := slices.BinarySearch(p.shown, first); n > 0 {
		p.shown = append(p.shown[:0], p.shown[n:]...)
		p.list.Cursor -= n
		p.list.Top -= n
	}
	want := p.filter.Want()
	var last resolver.TaskID // neighbours are often of one task
	wanted := p.tasks == nil
	for i := max(p.seen, first); i < p.buf.Len(); i++ {
		x := p.buf.At(i)
		if p.tasks != nil && (x.Task != last || i == max(p.seen, first)) {
			last, wanted = x.Task, p.tasks[x.Task]
		}
		if wanted && p.passes(x, want) {
			p.shown = append(p.shown, i)
		}
	}
	p.seen = p.buf.Len()
	p.toLastLine()
}

func (p *Pane) toLastLine() {
	p.list.SetLen(len(p.shown))
	if !p.Paused {
		p.list.Do(widget.Last)
	}
}

func (p *Pane) passes(x *rollout.LogLine, want string) bool {
	switch {
	case p.level == 1 && x.Level == spec.LevelInfo:
		return false
	case p.level == 2 && x.Level != spec.LevelError:
		return false
	case want == "":
		return true
	}
	return strings.Contains(strings.ToLower(x.Text), want) || strings.Contains(strings.ToLower(string(x.Host)), want) ||
		strings.Contains(strings.ToLower(x.Step), want)
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []widget.Binding {
	if p.filter.Typing {
		return p.filter.Bindings()
	}
	follow := "follow"
	if !p.Paused {
		follow = "stay"
	}
	return append([]widget.Binding{
		widget.Key(widget.Follow, "f", follow, "follow new lines, or stay where you are"),
		widget.Key(widget.Search, "/", "filter", "show only lines that contain a text"),
		widget.Key(Levels, "v", "levels", "all lines, warnings and errors, errors only"),
		widget.Key(widget.NextHit, "n", "", "next line"),
		widget.Key(widget.PrevHit, "N", "", "previous line"),
		widget.Key(widget.Copy, "y", "copy", "copy the line"),
		widget.Key(widget.Right, "right l", "", "to the right of long lines"),
		widget.Key(widget.Left, "left h", "", "to the left of long lines"),
	}, widget.Moves()...)
}

// Do carries an action out, and reports whether it was one of the pane's.
func (p *Pane) Do(a widget.Action) bool {
	switch a {
	case widget.Follow:
		p.Paused = !p.Paused
		p.toLastLine()
	case Levels:
		p.level = (p.level + 1) % 3
		p.refilter()
	case widget.Search:
		p.filter.Typing = true
	case widget.Right:
		p.x += 20
	case widget.Left:
		p.x = max(p.x-20, 0)
	case widget.NextHit:
		return p.Do(widget.Down)
	case widget.PrevHit:
		return p.Do(widget.Up)
	default:
		if !p.list.Do(a) {
			return false
		}
		p.Paused = p.list.Cursor < len(p.shown)-1
	}
	return true
}

// ClearFilter takes the filter away, and reports whether there was one.
func (p *Pane) ClearFilter() bool {
	had := p.filter.Text() != "" || p.level > 0
	p.filter.Set("")
	p.level = 0
	p.refilter()
	return had
}

// Typing reports whether letters are text.
func (p *Pane) Typing() bool { return p.filter.Typing }

// Type handles a key while typing.
func (p *Pane) Type(k tea.KeyMsg) {
	at := p.list.Cursor
	if p.filter.Type(k, &p.list) {
		p.refilter()
	} else if p.list.Cursor != at {
		p.Paused = p.list.Cursor < len(p.shown)-1
	}
}

// Line is the one under the cursor, nil if there is none.
func (p *Pane) Line() *rollout.LogLine {
	if p.list.Cursor < len(p.shown) {
		return p.buf.At(p.shown[p.list.Cursor])
	}
	return nil
}
