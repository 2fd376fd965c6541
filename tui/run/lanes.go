package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

const (
	tickRoom  = 12 // columns at least between two marks of the axis
	labelRoom = 26 // columns that are kept for what stands behind a lane
)

// axis is the time that all lanes share.
type axis struct {
	from time.Time
	tick time.Duration
	all  time.Duration
	w    int
}

// axisOf finds the axis of w columns for a deployment: from its beginning until it will end, as far as
// that is known. It grows by whole ticks, so that lanes seldom move.
func (m *Model) axisOf(w int) axis {
	s := m.snap
	a := axis{from: s.Started, w: w}
	gone := max(m.now.Sub(s.Started), 0)
	if !s.Ended.IsZero() {
		gone = max(s.Ended.Sub(s.Started), 0)
	}
	want := gone + s.Left
	if m.State() != Done {
		want = max(want, gone*time.Duration(w)/time.Duration(max(w-labelRoom, 1)))
	}
	want = max(want, time.Second)
	for _, a.tick = range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
		5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 240 * time.Hour} {
		if int64(w)*int64(a.tick) >= tickRoom*int64(want) {
			break
		}
	}
	a.all = (want + a.tick - 1).Truncate(a.tick)
	return a
}

// at is the column of a moment.
func (a axis) at(t time.Time) int {
	return max(0, min(int(int64(t.Sub(a.from))*int64(a.w)/int64(a.all)), a.w-1))
}

// draw writes the marks of the axis, and where now is.
func (a axis) draw(l widget.Look, now time.Time, running bool) string {
	c := newLane(a.w)
	for d := time.Duration(0); d < a.all; d += a.tick {
		c.put(a.at(a.from.Add(d)), l.Dim, l.Bar+format.Short(d))
	}
	if running {
		x := a.at(now)
		c.put(max(x-2, 0), "", "  ")
		c.put(x, l.Key, l.Glyphs.Now+" now  ")
	}
	return c.String()
}

// lane is a row of cells, each with a style of its own.
type lane struct {
	cells  []string
	styles []widget.Style
}

func newLane(w int) *lane {
	c := &lane{make([]string, max(w, 0)), make([]widget.Style, max(w, 0))}
	for i := range c.cells {
		c.cells[i] = " "
	}
	return c
}

// put writes text, as far as there is room.
func (c *lane) put(x int, style widget.Style, text string) {
	for _, r := range text {
		if x < 0 || x >= len(c.cells) {
			return
		}
		c.cells[x], c.styles[x] = string(r), style
		x++
	}
}

// fill writes the same sign from a column to before another one.
func (c *lane) fill(from, to int, style widget.Style, sign string) {
	c.put(from, style, strings.Repeat(sign, max(to-from, 0)))
}

func (c *lane) String() string {
	var b strings.Builder
	for i := 0; i < len(c.cells); {
		k := i
		for k < len(c.cells) && c.styles[k] == c.styles[i] {
			k++
		}
		b.WriteString(c.styles[i].Paint(strings.Join(c.cells[i:k], "")))
		i = k
	}
	return b.String()
}

// drawLanes draws what each host does and did, on one axis of time, in at most h lines of w columns.
func (m *Model) drawLanes(w, h int) []string {
	l := m.look
	hosts := m.listHosts()
	if h < 3 || len(hosts) == 0 || m.snap.Started.IsZero() {
		return nil
	}
	rest := hosts[len(hosts):]
	if room := h - 1; len(hosts) > room { // those that need a look first
		hosts = slices.Clone(hosts)
		slices.SortStableFunc(hosts, func(a, b hostRow) int { return severity(b.status) - severity(a.status) })
		if hosts = folded(hosts); len(hosts) > room {
			hosts, rest = hosts[:room-1], hosts[room-1:]
		}
	}
	name, count := 4, 3
	for i := range hosts {
		name = max(name, min(widget.Width(hosts[i].called()), w/5))
		count = max(count, len(hosts[i].steps.String()))
	}
	widths := []int{1, name, 4, count}
	left := 2 + 1 + 1 + name + 1 + 4 + 1 + count + 1
	a := m.axisOf(w - left - 1)
	out := []string{l.Fit("", left) + a.draw(l, m.now, !m.snap.Over)}
	for i := range hosts {
		x := &hosts[i]
		m.waitsFor(x)
		sign, style, word := format.Task(l, x.status)
		if x.away {
			sign, style = l.Checking, l.Unsure
		}
		out = append(out, "  "+l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.T(x.called()), widget.Cell{Text: word, Style: style},
			widget.Cell{Text: x.steps.String(), Style: l.Dim, Right: true})+" "+m.lane(x, a))
	}
	if len(rest) > 0 {
		out = append(out, "  "+l.Dim.Paint(m.others(rest)))
	}
	return out
}

// others says in a line how hosts are that have no lane.
func (m *Model) others(hosts []hostRow) string {
	n, all := map[string]int{}, 0
	var words []string
	for i := range hosts {
		_, _, word := format.Task(m.look, hosts[i].status)
		if n[word] == 0 {
			words = append(words, word)
		}
		n[word] += 1 + hosts[i].alike
		all += 1 + hosts[i].alike
	}
	for i, word := range words {
		words[i] = fmt.Sprintf("%d %s", n[word], word)
	}
	return spec.Count(all, "more host", "more hosts") + ": " + strings.Join(words, ", ")
}

// lane draws the steps of a host: what is done is a line with the name of the state in it, what runs
// or failed a block, what is to come dots as long as it waits, and shade for the time it usually takes.
func (m *Model) lane(x *hostRow, a axis) string {
	l := m.look
	c := newLane(a.w)
	now := m.now
	if !m.snap.Ended.IsZero() {
		now = m.snap.Ended
	}
	end, here := 0, a.at(now) // how far the lane goes
	var left time.Duration
	var hot []func()
	for _, k := range x.tasks {
		t := m.snap.Tasks[k]
		if t.Status == rollout.Running || t.Status == rollout.Waiting {
			left += t.Usual
		}
		if !t.Started.IsZero() && !slices.ContainsFunc(t.StepStates, func(s rollout.StepState) bool { return !s.Started.IsZero() }) {
			_, style, _ := format.Task(l, t.Status) // of the steps of others only what became of them is known
			to := here
			if !t.Ended.IsZero() {
				to = a.at(t.Ended)
			}
			end = max(end, to)
			c.fill(a.at(t.Started), max(to, a.at(t.Started)+1), style, l.Heavy)
		}
		for i := range t.StepStates {
			st := &t.StepStates[i]
			status := step(t, i)
			if st.Started.IsZero() || st.Started.Before(a.from) && status == rollout.Done {
				continue
			}
			from, to := a.at(st.Started), here
			if !st.Ended.IsZero() {
				to = a.at(st.Ended)
			}
			to = max(to, from+1)
			end = max(end, to)
			sign, style, _ := format.Task(l, status)
			if status == rollout.Done {
				c.fill(from, to, style, l.Heavy)
				if label := stateOf(t.Steps[i]); to-from > widget.Width(label)+2 {
					c.put(from+1, style, widget.Clean(label))
				}
				continue
			}
			hot = append(hot, func() { // over all else
				c.fill(from, to, widget.Reversed(style), " ")
				c.put(from, widget.Reversed(style), sign)
				c.put(to+1, style, widget.Clean(strings.TrimSpace(x.now))+"  ")
			})
		}
	}
	if x.status == rollout.Waiting || x.status == rollout.Held {
		c.fill(end, here, l.Dim, l.Wait)
		end = here
	}
	if !m.snap.Over && left > 0 {
		c.fill(max(end, here), min(a.at(now.Add(left))+1, a.w), l.Dim, l.Empty)
	}
	if len(hot) == 0 && x.now != "" {
		_, style, _ := format.Task(l, x.status)
		c.put(max(end+1, 0), style, widget.Clean(x.now)+" ")
	}
	for _, draw := range hot {
		draw()
	}
	return c.String()
}

// stateOf is what a step is about, in a word: the state that it enters, or what it calls.
func stateOf(s spec.Step) string {
	if s.Provide != "" {
		return s.Provide
	}
	return s.State
}
