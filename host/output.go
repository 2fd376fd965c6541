package host

import (
	"bytes"
	"strings"
	"sync"

	"github.com/armonic/armonic/value"
)

// output passes the lines of both streams on, one at a time, and keeps the last.
type output struct {
	mu    sync.Mutex
	line  func(string)
	lines int
	last  []string
}

func (o *output) add(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text = strings.ToValidUTF8(strings.TrimRight(text, "\r\n"), "�")
	if o.last = append(o.last, text); len(o.last) > maxLast {
		o.last = o.last[1:]
	}
	switch o.lines++; {
	case o.lines <= maxLines:
		o.line(text)
	case o.lines == maxLines+1:
		o.line("… it prints more than is shown")
	}
}

// stream is one of them. It keeps the beginning as it is, for the caller, and passes the
// rest on without secrets. Those are taken out before anything is cut.
type stream struct {
	hidden *value.Writer // to lines
	lines  *lines
	kept   bytes.Buffer
	more   bool // than is kept
}

func newStream(to *output, hide *value.Redactor) *stream {
	l := &lines{to: to}
	return &stream{hidden: hide.Writer(l), lines: l}
}

// Write never fails, so that a command that prints much is not ended by it.
func (s *stream) Write(p []byte) (int, error) {
	room := min(maxKept-s.kept.Len(), len(p))
	s.kept.Write(p[:room])
	s.more = s.more || room < len(p)
	return s.hidden.Write(p)
}

// end passes on what was held back, and gives what was kept: if that is not all, whole
// lines of it, so that no secret is cut through.
func (s *stream) end() string {
	_ = s.hidden.Flush() // lines takes everything
	s.lines.flush()
	text := s.kept.String()
	if i := strings.LastIndexByte(text, '\n'); s.more && i >= 0 {
		text = text[:i+1]
	}
	return text
}

// lines cuts what comes into lines.
type lines struct {
	to   *output
	rest []byte
}

func (s *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		line, more, ended := bytes.Cut(p, []byte("\n"))
		s.rest = append(s.rest, line...)
		s.cut()
		if ended {
			s.to.add(string(s.rest))
			s.rest = nil
		}
		p = more
	}
	return n, nil
}

// cut forgets what a carriage return has a terminal draw over, and passes on what is
// too long for one line.
func (s *lines) cut() {
	s.rest = s.rest[bytes.LastIndexByte(bytes.TrimRight(s.rest, "\r"), '\r')+1:]
	for len(s.rest) > maxLine {
		s.to.add(string(s.rest[:maxLine]))
		s.rest = s.rest[maxLine:]
	}
}

func (s *lines) flush() {
	if len(s.rest) > 0 {
		s.to.add(string(s.rest))
	}
	s.rest = nil
}
