package term

import (
	"bytes"
	"fmt"
	"os"
	"sync"
)

const (
	home      = "\x1b[H" // how the renderer begins a frame
	syncBegin = "\x1b[?2026h"
	syncEnd   = "\x1b[?2026l"
	hide      = "\x1b[?25l"
	show      = "\x1b[?25h"
)

// Output is a terminal for the renderer to write to. It brackets each frame, so
// that terminals which know synchronised output show it at once, and leaves the
// real cursor on the focused row, where input methods and braille displays look.
//
// It embeds the file, because the renderer asks a terminal for its size.
type Output struct {
	*os.File

	mu   sync.Mutex
	x, y int
	on   bool
	buf  bytes.Buffer
}

// NewOutput wraps a terminal.
func NewOutput(f *os.File) *Output { return &Output{File: f} }

// Place says where the cursor is to be after the next frame, counted from 0, and
// whether it is to be seen.
func (o *Output) Place(x, y int, visible bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.x, o.y, o.on = x, y, visible
}

// Write passes a frame, or anything else, to the terminal in one piece.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(p) <= len(home) || !bytes.HasPrefix(p, []byte(home)) {
		return o.File.Write(p)
	}
	o.buf.Reset()
	o.buf.WriteString(syncBegin)
	o.buf.WriteString(hide)
	o.buf.Write(p)
	fmt.Fprintf(&o.buf, "\x1b[%d;%dH", o.y+1, o.x+1)
	if o.on {
		o.buf.WriteString(show)
	}
	o.buf.WriteString(syncEnd)
	if _, err := o.File.Write(o.buf.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString is Write; without it the file's own method would be used.
func (o *Output) WriteString(s string) (int, error) { return o.Write([]byte(s)) }
