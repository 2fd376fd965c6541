package run

import (
	"bytes"
	"io"
	"sync"
)

// lineWriter writes whole lines, so that those of several writers do not mix.
type lineWriter struct {
	out io.Writer
	mu  *sync.Mutex // of out
	buf bytes.Buffer
}

// Write writes the lines that are complete, and keeps the rest for the next call.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.buf.Write(p)
	end := bytes.LastIndexByte(l.buf.Bytes(), '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.out.Write(l.buf.Next(end))
	return len(p), err
}
