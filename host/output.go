package host

import (
	"bytes"
	"strings"
	"sync"
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

// stream is one of them: it cuts what comes into lines and keeps the beginning.
type stream struct {
	to   *output
	kept bytes.Buffer
	rest []byte
}

// Write never fails, so that a command that prints much is not ended by it.
func (s *stream) Write(p []byte) (int, error) {
	if room := maxKept - s.kept.Len(); room > 0 {
		s.kept.Write(p[:min(room, len(p))])
	}
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
func (s *stream) cut() {
	s.rest = s.rest[bytes.LastIndexByte(bytes.TrimRight(s.rest, "\r"), '\r')+1:]
	for len(s.rest) > maxLine {
		s.to.add(string(s.rest[:maxLine]))
		s.rest = s.rest[maxLine:]
	}
}

func (s *stream) flush() {
	if len(s.rest) > 0 {
		s.to.add(string(s.rest))
	}
	s.rest = nil
}
