package lines

import (
	"encoding/binary"
	"os"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// spill keeps lines in files that have no names and end with the program, each with an
// eighth of what it may keep. When there is more, the oldest file is given up.
type spill struct {
	most     int // bytes on disk
	segments []*segment
	words    []string // hosts, tasks, steps and levels: they recur
	number   map[string]uint64
	buf      []byte

	window []byte // what was read last
	of     *segment
	begin  int // where in it
	line   rollout.LogLine
}

// segment is a file of lines.
type segment struct {
	file   *os.File
	first  int      // position of its first line
	starts []uint32 // of its lines, and of the next one
}

func (g *segment) size() int { return int(g.starts[len(g.starts)-1]) }
func (g *segment) end() int  { return g.first + len(g.starts) - 1 }

// windowSize is how much is read at once, a quarter of it from before what is wanted.
const windowSize = 64 << 10

// add takes lines of which the first has a position, the next one after all that are
// here. After an error nothing is kept.
func (s *spill) add(pos int, lines []rollout.LogLine) error {
	for len(lines) > 0 {
		g, err := s.open(pos)
		if err != nil {
			s.close()
			return err
		}
		size, n := g.size(), 0
		for s.buf = s.buf[:0]; n < len(lines) && (n == 0 || size+len(s.buf) < s.most/8); n++ {
			s.encode(&lines[n])
			g.starts = append(g.starts, uint32(size+len(s.buf)))
		}
		if _, err := g.file.Write(s.buf); err != nil {
			s.close()
			return err
		}
		if s.of == g {
			s.of = nil // what was read may have ended in the middle of a line
		}
		if cap(s.buf) > 1<<20 {
			s.buf = nil // of a huge line
		}
		pos, lines = pos+n, lines[n:]
	}
	return nil
}

// open gives the segment for the next lines.
func (s *spill) open(pos int) (*segment, error) {
	n := len(s.segments)
	if n > 0 && s.segments[n-1].size() < s.most/8 {
		return s.segments[n-1], nil
	}
	if n == 8 {
		_ = s.segments[0].file.Close() // it has no name: that removes it
		s.segments = s.segments[1:]
	}
	f, err := os.CreateTemp("", "armonic-log-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	g := &segment{file: f, first: pos, starts: []uint32{0}}
	s.segments = append(s.segments, g)
	return g, nil
}

// close gives up everything.
func (s *spill) close() {
	for _, g := range s.segments {
		_ = g.file.Close()
	}
	s.segments, s.of, s.window = nil, nil, nil
}

// first is the position of the oldest line; there must be one.
func (s *spill) first() int { return s.segments[0].first }

// at gives a line that is kept. It is valid until the next one is asked for.
func (s *spill) at(pos int) *rollout.LogLine {
	i := 0
	for pos >= s.segments[i].end() {
		i++
	}
	g := s.segments[i]
	from, to := int(g.starts[pos-g.first]), int(g.starts[pos-g.first+1])
	if s.of != g || from < s.begin || to > s.begin+len(s.window) {
		s.of, s.begin = g, max(from-windowSize/4, 0)
		n := min(max(s.begin+windowSize, to), g.size()) - s.begin
		s.window = append(s.window[:0], make([]byte, n)...)
		if _, err := g.file.ReadAt(s.window, int64(s.begin)); err != nil {
			s.of = nil
			s.line = rollout.LogLine{Level: spec.LevelError, Text: "this line cannot be read any more: " + err.Error()}
			return &s.line
		}
	}
	s.decode(s.window[from-s.begin : to-s.begin])
	return &s.line
}

func (s *spill) encode(x *rollout.LogLine) {
	b := binary.AppendUvarint(s.buf, uint64(x.N))
	b = binary.AppendVarint(b, x.At.Unix())
	b = binary.AppendUvarint(b, uint64(x.At.Nanosecond()))
	for _, word := range []string{string(x.Host), string(x.Task), x.Step, string(x.Level)} {
		n, ok := s.number[word]
		if !ok {
			if s.number == nil {
				s.number = map[string]uint64{}
			}
			n = uint64(len(s.words))
			s.words, s.number[word] = append(s.words, word), n
		}
		b = binary.AppendUvarint(b, n)
	}
	b = append(b, x.Text...)
	s.buf = b
}

func (s *spill) decode(b []byte) {
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	s.line.N = int(next())
	sec, n := binary.Varint(b)
	b = b[n:]
	s.line.At = time.Unix(sec, int64(next()))
	s.line.Host, s.line.Task = spec.Host(s.words[next()]), resolver.TaskID(s.words[next()])
	s.line.Step, s.line.Level = s.words[next()], spec.Level(s.words[next()])
	s.line.Text = string(b)
}
