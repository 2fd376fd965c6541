package term

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
)

const (
	syncBegin = "\x1b[?2026h"
	syncEnd   = "\x1b[?2026l"
	hide      = "\x1b[?25l"
	show      = "\x1b[?25h"
	wipe      = "\x1b[2J"
	home      = "\x1b[H"
	eraseLine = "\x1b[K" // from the cursor on

	// enter asks for the other screen, marked pastes, and lines that end at the border.
	enter = "\x1b[?1049h\x1b[?2004h\x1b[?7l" + hide + wipe + home
	// leave undoes that. The screen is cleared first, for terminals that have only one.
	leave = wipe + home + "\x1b[?7h\x1b[?2004l\x1b[?1049l\x1b[0m" + show
)

// Cursor is where the real cursor stands, counted from 0: input methods and braille
// displays look there.
type Cursor struct {
	X, Y    int
	Visible bool
}

// Screen is a terminal that shows frames. Of a frame it writes the lines that are not
// there yet, in one piece, which terminals that know synchronised output show at once.
type Screen struct {
	in, out *os.File
	signals chan os.Signal // size 8: more would be the same again

	w      int
	before *xterm.State // of the terminal, while the screen is ours
	raw    *xterm.State
	shown  []string // nil if it is not known what the terminal shows
	cursor Cursor
	buf    []byte
}

// Open takes the terminal over. Whoever opens a screen closes it.
func Open(in, out *os.File) (*Screen, error) {
	s := &Screen{in: in, out: out, signals: make(chan os.Signal, 8)}
	if err := s.take(); err != nil {
		return nil, fmt.Errorf("cannot take the terminal over: %w", err)
	}
	signal.Notify(s.signals, syscall.SIGWINCH, syscall.SIGCONT)
	return s, nil
}

// Close gives the terminal back as it was.
func (s *Screen) Close() {
	signal.Stop(s.signals)
	s.release()
}

// Size asks the terminal how large it is. The next frame is written whole: a terminal
// whose size changes may have moved its lines.
func (s *Screen) Size() (w, h int, err error) {
	w, h, err = xterm.GetSize(s.out.Fd())
	s.w = w
	s.Forget()
	return w, h, err
}

// Forget has the next frame written whole.
func (s *Screen) Forget() { s.shown = nil }

// Show writes what is new in a frame. Nothing new is not one byte.
func (s *Screen) Show(lines []string, c Cursor) {
	b := s.buf[:0]
	b = append(b, syncBegin...)
	if s.cursor.Visible {
		b = append(b, hide...)
	}
	if s.shown == nil {
		b = append(b, wipe...)
	}
	begun := len(b)
	for i, line := range lines {
		if i < len(s.shown) && s.shown[i] == line {
			continue
		}
		b = append(moveTo(b, 0, i), line...)
		if ansi.StringWidth(line) < s.w {
			b = append(b, eraseLine...)
		}
	}
	for i := len(lines); i < len(s.shown); i++ {
		b = append(moveTo(b, 0, i), eraseLine...)
	}
	if len(b) == begun && s.shown != nil && c == s.cursor {
		return
	}
	b = moveTo(b, c.X, c.Y)
	if c.Visible {
		b = append(b, show...)
	}
	b = append(b, syncEnd...)
	s.shown, s.cursor, s.buf = append(s.shown[:0], lines...), c, b
	if _, err := s.out.Write(b); err != nil {
		s.Forget() // nobody knows how much of it arrived
	}
}

// WriteString passes something that moves nothing on the screen, as Clipboard does.
func (s *Screen) WriteString(text string) (int, error) { return s.out.WriteString(text) }

// Write is WriteString.
func (s *Screen) Write(p []byte) (int, error) { return s.out.Write(p) }

// take makes the terminal ours, or ours again.
func (s *Screen) take() error {
	if s.before == nil {
		before, err := xterm.MakeRaw(s.in.Fd())
		if err != nil {
			return err
		}
		s.before = before
		if s.raw, err = xterm.GetState(s.in.Fd()); err != nil {
			return err
		}
	} else if err := xterm.SetState(s.in.Fd(), s.raw); err != nil {
		return err
	}
	s.Forget()
	s.cursor = Cursor{}
	_, err := s.out.WriteString(enter)
	return err
}

func (s *Screen) release() {
	if s.before == nil {
		return
	}
	_, _ = s.out.WriteString(leave)
	_ = xterm.Restore(s.in.Fd(), s.before)
	s.before = nil
}

func moveTo(b []byte, x, y int) []byte {
	b = strconv.AppendInt(append(b, "\x1b["...), int64(y+1), 10)
	return append(strconv.AppendInt(append(b, ';'), int64(x+1), 10), 'H')
}
