package logs

import "github.com/armonic/armonic/rollout"

// Buffer holds the newest lines of a deployment, Keep of them and
// rollout.MostLogBytes at most. Lines have positions that never change, counted from 0
// since the beginning.
type Buffer struct {
	Keep   int // 0 is 100,000
	lines  []rollout.LogLine
	bytes  int // that the lines take
	base   int // position of lines[0]
	newest int // serial number of the last line
}

// Add takes new lines.
func (b *Buffer) Add(lines []rollout.LogLine) {
	if len(lines) == 0 {
		return
	}
	b.lines = append(b.lines, lines...)
	for i := range lines {
		b.bytes += lines[i].Size()
	}
	b.newest = lines[len(lines)-1].N
	keep := b.Keep
	if keep == 0 {
		keep = 100_000
	}
	over := len(b.lines) - keep
	if over > 0 {
		over = min(over+keep/10, len(b.lines)) // not at every line
	}
	if b.bytes > rollout.MostLogBytes+rollout.MostLogBytes/10 {
		for n, left := 0, b.bytes; left > rollout.MostLogBytes; n++ {
			left -= b.lines[n].Size()
			over = max(over, n+1)
		}
	}
	if over > 0 {
		for i := range b.lines[:over] {
			b.bytes -= b.lines[i].Size()
		}
		b.lines = append([]rollout.LogLine(nil), b.lines[over:]...)
		b.base += over
	}
}

// Len is how many lines there ever were.
func (b *Buffer) Len() int { return b.base + len(b.lines) }

// First is the position of the oldest line that is kept.
func (b *Buffer) First() int { return b.base }

// At gives a line that is kept.
func (b *Buffer) At(pos int) *rollout.LogLine { return &b.lines[pos-b.base] }

// Dropped is how many lines cannot be shown any more, whoever dropped them: the buffer,
// or their source before it was asked.
func (b *Buffer) Dropped() int { return b.newest - len(b.lines) }
