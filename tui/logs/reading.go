package logs

import (
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// kind says why a line is shown.
type kind uint8

const (
	hit     kind = iota // it passes the filters
	context             // it stands beside one that does
	gap                 // it stands for lines that are left out
)

// entry is a line of a pane, in as few bytes as can be: there may be millions.
type entry struct {
	pos   uint32 // in the buffer of its source; of a gap, how many lines are left out
	sec   uint32 // seconds since the first one, where that is wanted
	src   uint16
	kind  kind
	level uint8 // 0 to 2
}

// head is the next line of a source.
type head struct {
	s    *source
	src  int
	pos  int
	end  int
	some []int // the positions to read; nil for all up to the end
	line *rollout.LogLine
}

// next goes on to the next line, and reports whether there is one.
func (h *head) next() bool {
	h.line = nil
	if h.some != nil {
		if len(h.some) == 0 {
			return false
		}
		h.pos, h.some = h.some[0], h.some[1:]
		return true
	}
	h.pos++
	return h.pos < h.end
}

func (h *head) read() *rollout.LogLine {
	if h.line == nil {
		h.line = h.s.Buf.At(h.pos)
	}
	return h.line
}

// refilter finds all lines anew. Of a long log most lines are on disk: only those that have to
// be looked at are read.
func (p *Pane) refilter() {
	p.shown, p.before, p.hits, p.after, p.left = p.shown[:0], nil, 0, 0, 0
	for _, s := range p.sources {
		s.first = s.Buf.First()
		s.seen = s.first
	}
	if p.tasks == nil {
		p.takeNew()
	} else {
		s := p.sources[0]
		h := &head{s: s, some: slices.Clip(append([]int{}, s.Buf.Of(p.tasks)...))}
		for want := p.wanted(); h.next(); {
			p.take(h, want)
		}
		s.seen = s.Buf.Len()
	}
	p.toLastLine()
}

// CatchUp takes what is new in the sources.
func (p *Pane) CatchUp() {
	p.forget()
	p.takeNew()
	p.toLastLine()
}

// forget drops the lines that are not kept any more.
func (p *Pane) forget() {
	moved := false
	for _, s := range p.sources {
		first := s.Buf.First()
		moved = moved || first > s.first
		s.first = first
		s.seen = max(s.seen, first)
	}
	if !moved {
		return
	}
	gone, above := 0, 0
	kept := p.shown[:0]
	for i, e := range p.shown {
		if e.kind != gap && int(e.pos) < p.sources[e.src].first || e.kind == gap && len(kept) == 0 {
			gone++
			if e.kind == hit {
				p.hits--
			}
			if i < p.list.Cursor {
				above++
			}
			continue
		}
		kept = append(kept, e)
	}
	p.shown = kept
	p.before = slices.DeleteFunc(p.before, func(e entry) bool { return int(e.pos) < p.sources[e.src].first })
	p.list.Cursor -= above
	p.list.Top -= above
}

// takeNew takes the lines that were not looked at yet, by time.
func (p *Pane) takeNew() {
	want := p.wanted()
	var heads []*head
	for i, s := range p.sources {
		h := &head{s: s, src: i, pos: s.seen - 1, end: s.Buf.Len()}
		s.seen = h.end
		if h.next() {
			heads = append(heads, h)
		}
	}
	var last resolver.TaskID // neighbours are often of one task
	known, wanted := false, p.tasks == nil
	for len(heads) > 0 {
		h := heads[0]
		for _, x := range heads[1:] {
			if x.read().At.Before(h.read().At) {
				h = x
			}
		}
		if p.tasks != nil && (!known || h.read().Task != last) {
			last, known = h.read().Task, true
			wanted = p.tasks[last]
		}
		if wanted {
			p.take(h, want)
		}
		if !h.next() {
			heads = slices.DeleteFunc(heads, func(x *head) bool { return x == h })
		}
	}
}

// take shows a line if it passes, or stands beside one that does.
func (p *Pane) take(h *head, want []string) {
	e := entry{pos: uint32(h.pos), src: uint16(h.src)}
	if len(want) == 0 && p.level == 0 && !p.timed {
		p.shown = append(p.shown, e)
		p.hits++
		return
	}
	x := h.read()
	if p.of != nil && p.of != h.s.Buf || !p.limits.allow(x) {
		return
	}
	if p.from.IsZero() || x.At.Before(p.from) && len(p.shown) == 0 {
		p.from = x.At
	}
	e.sec = uint32(max(x.At.Sub(p.from)/time.Second, 0))
	switch x.Level {
	case spec.LevelWarn:
		e.level = 1
	case spec.LevelError:
		e.level = 2
	case spec.LevelInfo:
	}
	switch {
	case p.passes(x, want):
		if n := p.left - len(p.before); n > 0 && p.around > 0 && len(p.shown) > 0 {
			p.shown = append(p.shown, entry{pos: uint32(n), kind: gap})
		}
		p.shown = append(append(p.shown, p.before...), e)
		p.hits++
		p.before, p.left, p.after = p.before[:0], 0, p.around
	case p.after > 0:
		p.after--
		e.kind = context
		p.shown = append(p.shown, e)
	default:
		p.left++
		if p.around > 0 {
			if len(p.before) == p.around {
				p.before = append(p.before[:0], p.before[1:]...)
			}
			e.kind = context
			p.before = append(p.before, e)
		}
	}
}

func (p *Pane) toLastLine() {
	p.list.SetLen(len(p.shown))
	p.follow()
}

// follow puts the cursor on the last line that matches, unless somebody reads. What stands around
// it is in view.
func (p *Pane) follow() {
	if p.Paused {
		return
	}
	p.list.Do(widget.Last)
	for i := len(p.shown) - 1; i >= 0 && p.narrowed() && p.shown[p.list.Cursor].kind != hit; i-- {
		p.list.To(i)
	}
}
