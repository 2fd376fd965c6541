package muc

import "slices"

// What waits to be said in a room, and what is said at once.
const (
	mostWaiting      = 5000
	mostWaitingBytes = 2 << 20
	messageBytes     = 16 << 10
)

// backlog are lines that wait to be said. If there are too many, the oldest go.
type backlog struct {
	lines   []line
	bytes   int
	dropped int
}

func (b *backlog) add(l line) {
	b.lines = append(b.lines, l)
	b.bytes += l.size()
	for len(b.lines) > mostWaiting || b.bytes > mostWaitingBytes && len(b.lines) > 1 {
		b.bytes -= b.lines[0].size()
		b.lines[0] = line{}
		b.lines = b.lines[1:]
		b.dropped++
	}
}

// take gives the lines of the next message, and how many are missing before them.
func (b *backlog) take() (lines []line, dropped int) {
	n, size := 0, 0
	for n < len(b.lines) && (n == 0 || size+b.lines[n].size() <= messageBytes) {
		size += b.lines[n].size()
		n++
	}
	lines, dropped = slices.Clone(b.lines[:n]), b.dropped
	clear(b.lines[:n])
	b.lines = b.lines[n:]
	b.bytes -= size
	b.dropped = 0
	return lines, dropped
}
