package output

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/charmbracelet/x/term"
)

// Prompter asks a person line by line. It reads a line when it is asked for one, and no
// further: what is typed later may be for somebody else, such as the UI.
type Prompter struct {
	in   io.Reader
	out  io.Writer
	scan *bufio.Scanner

	reading sync.Mutex    // held by who waits for a line
	left    chan lineRead // of a question that was given up: its line is the answer to the next one
}

// lineRead is what reading a line gave.
type lineRead struct {
	text string
	err  error
}

// NewPrompter makes a prompter.
func NewPrompter(in io.Reader, out io.Writer) *Prompter {
	if shared, ok := in.(*Asking); ok {
		return shared.prompt
	}
	return &Prompter{in: in, out: out, scan: bufio.NewScanner(in)}
}

// Asking is an input of which several commands read, one after the other: they share what asks, so
// that no line gets lost between them.
type Asking struct {
	io.Reader
	prompt *Prompter
}

// Share gives the input of a prompter to further commands.
func (p *Prompter) Share() *Asking { return &Asking{p.in, p} }

// Say writes to the person.
func (p *Prompter) Say(format string, args ...any) { Printf(p.out, format, args...) }

// Read gives the next line without the blanks around it, io.EOF at the end, or the
// context's error.
func (p *Prompter) Read(ctx context.Context) (string, error) {
	line, err := p.Line(ctx)
	return strings.TrimSpace(line), err
}

// Line reads a line as it is. One at a time waits for a line.
func (p *Prompter) Line(ctx context.Context) (string, error) {
	p.reading.Lock()
	defer p.reading.Unlock()
	if p.left == nil {
		p.left = start(func() (string, error) {
			if !p.scan.Scan() {
				return "", io.EOF
			}
			return p.scan.Text(), nil
		})
	}
	ended := p.left
	p.left = nil
	line, err := p.await(ctx, ended)
	if err != nil && err == ctx.Err() { //nolint:errorlint // it is that of await itself
		p.left = ended
	}
	return line, err
}

// start reads in a goroutine, which ends with the line: a read from a terminal cannot be
// cancelled.
func start(read func() (string, error)) chan lineRead {
	ended := make(chan lineRead, 1)
	go func() {
		text, err := read()
		ended <- lineRead{text, err}
	}()
	return ended
}

// await waits for what is read, or for the end of the context.
func (p *Prompter) await(ctx context.Context, ended chan lineRead) (string, error) {
	select {
	case x := <-ended:
		if x.err != nil {
			p.Say("\n")
		}
		return x.text, x.err
	case <-ctx.Done():
		p.Say("\n")
		return "", ctx.Err()
	}
}

// Confirm asks for yes or no; an empty line is the default.
func (p *Prompter) Confirm(ctx context.Context, text string, byDefault bool) (bool, error) {
	choice := "[y/N]"
	if byDefault {
		choice = "[Y/n]"
	}
	for {
		p.Say("%s %s ", text, choice)
		line, err := p.Read(ctx)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(line) {
		case "":
			return byDefault, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		p.Say("  yes or no?\n")
	}
}

// Secret reads a line, blanks and all, without an echo where the input is a terminal. The
// echo is on again when it returns, also when it was interrupted.
func (p *Prompter) Secret(ctx context.Context) (string, error) {
	f := p.terminal()
	if f == nil {
		return p.Line(ctx)
	}
	before, err := term.GetState(f.Fd())
	if err != nil {
		return "", fmt.Errorf("cannot hide what is typed: %w", err)
	}
	defer func() {
		_ = term.Restore(f.Fd(), before) // there is nothing better to do
		p.Say("\n")
	}()
	return p.await(ctx, start(func() (string, error) {
		text, err := term.ReadPassword(f.Fd())
		return string(text), err
	}))
}

// AtTerminal reports whether a person types what is read.
func (p *Prompter) AtTerminal() bool { return p.terminal() != nil }

// terminal is where a person types, nil if the input is none.
func (p *Prompter) terminal() *os.File {
	if f, ok := p.in.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return f
	}
	return nil
}
