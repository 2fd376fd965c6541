package rollout

import (
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// LogLine is one line that a step logged.
type LogLine struct {
	N     int // serial number within the execution, from 1
	At    time.Time
	Host  spec.Host
	Task  resolver.TaskID
	Step  string
	Level spec.Level
	Text  string
}

// MostLogBytes is how much of the lines is kept in memory: the latest.
const MostLogBytes = 16 << 20

// Size is about how many bytes a line takes in memory.
func (l *LogLine) Size() int { return 128 + len(l.Text) }

// logs keeps the latest lines.
type logs struct {
	lines   []LogLine
	bytes   int // that the lines take
	next    int // serial number of the last line
	dropped int
}

func (l *logs) add(line LogLine) {
	l.next++
	line.N = l.next
	l.lines = append(l.lines, line)
	l.bytes += line.Size()
	if l.bytes <= MostLogBytes+MostLogBytes/10 { // not at every line: moving them costs
		return
	}
	n := 0
	for ; l.bytes > MostLogBytes; n++ {
		l.bytes -= l.lines[n].Size()
	}
	l.lines = append([]LogLine(nil), l.lines[n:]...)
	l.dropped += n
}

// Logs gives the lines after serial number `after`, as far as they are kept, and the
// serial number to go on from. Older ones are forgotten: whoever asks has them.
func (r *Rollout) Logs(after int) (lines []LogLine, next int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := &r.lines
	i := min(max(after-l.dropped, 0), len(l.lines))
	for n := range l.lines[:i] {
		l.bytes -= l.lines[n].Size()
	}
	l.lines, l.dropped = l.lines[i:], l.dropped+i
	return l.lines[:len(l.lines):len(l.lines)], l.next
}
