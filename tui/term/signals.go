package term

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// The messages that ask something of the screen. Whoever runs the program answers them.
type (
	// Resized says that the terminal has another size.
	Resized struct{}
	// Stop asks to be suspended.
	Stop struct{}
	// Continued says that the program goes on, after a stop that nobody asked it about.
	Continued struct{}
	// Repaint asks that the whole frame be written again.
	Repaint struct{}
)

// Next waits until the system says something, and is nil if ctx ends first.
func (s *Screen) Next(ctx context.Context) tea.Msg {
	select {
	case x := <-s.signals:
		if x == syscall.SIGWINCH {
			return Resized{}
		}
		return Continued{}
	case <-ctx.Done():
		return nil
	}
}

// orphaned is how long a program that was not stopped waits for being continued: the
// system does not stop a program that no shell could continue.
const orphaned = 500 * time.Millisecond

// Suspend gives the terminal back, stops the program and all that were started with it,
// as ctrl+z does elsewhere, and takes the terminal again when a shell continues them. A
// program that is continued in the background is stopped again by the system. Nobody
// listens to SIGTSTP: once a Go program did, it stops no more.
func (s *Screen) Suspend() error {
	s.release()
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGCONT)
	defer signal.Stop(c)
	if err := syscall.Kill(0, syscall.SIGTSTP); err == nil {
		select {
		case <-c:
		case <-time.After(orphaned):
		}
	}
	return s.take()
}

// Resume takes the terminal again after a stop during which somebody else had it.
func (s *Screen) Resume() error { return s.take() }
