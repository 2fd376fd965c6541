package logs

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// The actions of a pane.
const (
	Levels  widget.Action = "levels"  // shows fewer or more levels
	trouble widget.Action = "warning" // goes to the next warning or error
)

// Source is the log of a deployment.
type Source struct {
	ID   spec.DeploymentID
	Name string
	Buf  *lines.Buffer
}

// source is one that is shown.
type source struct {
	Source
	seen  int // lines looked at
	first int // the oldest line that was kept then
}

// Pane shows the lines of deployments by time: those that pass its filters.
type Pane struct {
	look    widget.Look
	sources []*source
	tasks   map[resolver.TaskID]bool // of the only source; nil is all
	level   int                      // 0 all, 1 warnings and errors, 2 errors
	filter  widget.Filter
	limits  Limits
	of      *lines.Buffer // only the lines of this source; nil is all
	around  int           // how many lines around a match are shown too
	timed   bool          // it must be known when every line was written

	shown  []entry
	hits   int       // how many of them are no context
	from   time.Time // the time from which entries count theirs
	before []entry   // the last lines that did not match
	after  int       // how many more lines are shown after a match
	left   int       // how many lines were left out since the last that is shown
	marked map[place]bool

	list   widget.List
	Paused bool // somebody reads: new lines do not move what is shown
	x      int  // columns scrolled to the right
}

// place is where a line is.
type place struct {
	buf *lines.Buffer
	pos int
}

// NewPane makes a pane on a buffer.
func NewPane(l widget.Look, b *lines.Buffer) *Pane {
	return &Pane{look: l, sources: []*source{{Source: Source{Buf: b}, first: b.First()}}}
}

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

// set gives the pane its sources. What is shown stays, unless one of them is gone.
func (p *Pane) set(all []Source) {
	for i, s := range p.sources {
		if i >= len(all) || all[i].Buf != s.Buf {
			p.sources, p.of, p.marked = nil, nil, nil
			for _, s := range all {
				p.sources = append(p.sources, &source{Source: s})
			}
			p.refilter()
			return
		}
		s.Source = all[i]
	}
	for _, s := range all[len(p.sources):] {
		p.sources = append(p.sources, &source{Source: s, first: s.Buf.First()})
	}
	p.CatchUp()
}

// narrowed reports whether lines are left out that are within the limits.
func (p *Pane) narrowed() bool { return p.level > 0 || p.filter.Text() != "" }

// passes reports whether a line is what is looked for.
func (p *Pane) passes(x *rollout.LogLine, want []string) bool {
	switch {
	case p.level == 1 && x.Level == spec.LevelInfo:
		return false
	case p.level == 2 && x.Level != spec.LevelError:
		return false
	case len(want) == 0:
		return true
	}
	text, host, step := strings.ToLower(x.Text), strings.ToLower(string(x.Host)), strings.ToLower(x.Step)
	return slices.ContainsFunc(want, func(w string) bool {
		return strings.Contains(text, w) || strings.Contains(host, w) || strings.Contains(step, w)
	})
}

// wanted are the texts of which a line has to contain one: port|bind is either.
func (p *Pane) wanted() []string {
	if !strings.Contains(p.filter.Text(), "|") {
		if want := p.filter.Want(); want != "" {
			return []string{want}
		}
		return nil
	}
	var out []string
	for _, w := range strings.Split(p.filter.Want(), "|") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
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
	empty := ""
	if len(p.shown) == 0 {
		empty = "there is no line"
	}
	return append([]widget.Binding{
		widget.Key(widget.Search, "/", "filter", "show only lines that contain a text, or with a|b one of several"),
		widget.Key(Levels, "v", "levels", "all lines, warnings and errors, errors only"),
		widget.Key(widget.Follow, "f", follow, "follow new lines, or stay where you are"),
		widget.Key(widget.NextHit, "n", "", "next line that matches").Unless(empty),
		widget.Key(widget.PrevHit, "N", "", "the line before that matches").Unless(empty),
		widget.Key(trouble, "!", "", "to the next warning or error").Unless(empty),
		widget.Key(widget.Copy, "y", "copy", "copy the line, or those that are marked").Unless(empty),
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
		p.next(1, func(e entry) bool { return e.kind == hit })
	case widget.PrevHit:
		p.next(-1, func(e entry) bool { return e.kind == hit })
	case trouble:
		p.next(1, func(e entry) bool { return e.kind != gap && p.at(e).Level != spec.LevelInfo })
	default:
		if !p.list.Do(a) {
			return false
		}
		p.skip(a == widget.Up || a == widget.First || a == widget.PageUp)
		p.Paused = p.list.Cursor < len(p.shown)-1
	}
	return true
}

// next goes to the next line, or the one before, for which want holds; there it ends at the end.
func (p *Pane) next(by int, want func(entry) bool) {
	for i := p.list.Cursor + by; i >= 0 && i < len(p.shown); i += by {
		if want(p.shown[i]) {
			p.list.To(i)
			p.Paused = i < len(p.shown)-1
			return
		}
	}
}

// skip moves the cursor off a line that stands for those left out.
func (p *Pane) skip(up bool) {
	by := 1
	if up {
		by = -1
	}
	if i := p.list.Cursor; i < len(p.shown) && p.shown[i].kind == gap {
		p.list.To(i + by)
	}
}

// ClearFilter takes the filter away, and reports whether there was one.
func (p *Pane) ClearFilter() bool {
	had := p.narrowed()
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
		p.skip(p.list.Cursor < at)
		p.Paused = p.list.Cursor < len(p.shown)-1
	}
}

// Line is the one under the cursor, nil if there is none.
func (p *Pane) Line() *rollout.LogLine {
	if i := p.list.Cursor; i < len(p.shown) && p.shown[i].kind != gap {
		return p.at(p.shown[i])
	}
	return nil
}

// at reads the line of an entry that is no gap. It is valid until the next call.
func (p *Pane) at(e entry) *rollout.LogLine { return p.sources[e.src].Buf.At(int(e.pos)) }
