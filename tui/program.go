package tui

import (
	"context"
	"fmt"
	"os"

	tea "github.com/charmbracelet/bubbletea"
	xterm "github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/spec"
	_ "github.com/armonic/armonic/tui/noquery" // before the UI library looks at the terminal
	"github.com/armonic/armonic/tui/start"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// Run shows the UI until the operator leaves it or ctx ends. Errors are
// spec.Invalid if there is no terminal to show it on.
func Run(ctx context.Context, c Config) (Outcome, error) {
	c = c.withDefaults()
	if err := usable(c); err != nil {
		return Outcome{}, err
	}
	if c.Env("NO_COLOR") != "" && (c.Theme == "" || c.Theme == "auto") {
		c.Theme = "none"
	}
	m, err := New(ctx, c)
	if err != nil {
		return Outcome{}, spec.Errorf(spec.Invalid, "%v", err)
	}
	defer m.Close()
	if m.screen, err = term.Open(c.In, c.Out); err != nil {
		return Outcome{}, err
	}
	err = show(ctx, &onTerminal{Model: m, ctx: m.ctx, screen: m.screen}, c.In)
	switch {
	case err != nil && ctx.Err() != nil:
		return m.Outcome(), context.Cause(ctx)
	case err != nil:
		return m.Outcome(), fmt.Errorf("cannot go on with the screen: %w", err)
	}
	return m.Outcome(), nil
}

// Start asks a person who has no configuration how to start. Errors are as those of Run.
func Start(ctx context.Context, c Config, s start.Config) (start.Choice, error) {
	c = c.withDefaults()
	if err := usable(c); err != nil {
		return start.Leave, err
	}
	if c.Env("NO_COLOR") != "" && (c.Theme == "" || c.Theme == "auto") {
		c.Theme = "none"
	}
	look, err := widget.NewLook(c.Theme, c.Glyphs)
	if err != nil {
		return start.Leave, spec.Errorf(spec.Invalid, "%v", err)
	}
	screen, err := term.Open(c.In, c.Out)
	if err != nil {
		return start.Leave, err
	}
	s.Look = look
	s.Show = func(lines []string, at widget.Point, typing bool) {
		screen.Show(lines, term.Cursor{X: at.X, Y: at.Y, Visible: typing})
	}
	m := start.New(ctx, s)
	defer m.Close()
	err = show(ctx, &onTerminal{Model: m, ctx: ctx, screen: screen}, c.In)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return m.Choice(), err
}

// show drives a model on its screen to its end, and gives the terminal back.
func show(ctx context.Context, t *onTerminal, in *os.File) error {
	_, err := tea.NewProgram(t, tea.WithContext(ctx), tea.WithInput(in), tea.WithoutRenderer(),
		tea.WithoutSignalHandler(), tea.WithoutCatchPanics()).Run()
	t.screen.Close() // after a crash package cli/crash does: until then, what is said of it is not seen
	if err == nil {
		err = t.err
	}
	return err
}

// onTerminal is a model on its screen. It handles what concerns the terminal itself.
type onTerminal struct {
	tea.Model
	ctx    context.Context //nolint:containedctx // of what is heard of the terminal, which Update is not given
	screen *term.Screen
	err    error // the terminal is gone
}

// heard is what the system said of the terminal.
type heard struct{ tea.Msg }

func (t *onTerminal) listen() tea.Msg { return heard{t.screen.Next(t.ctx)} }

// Init shows the first frame.
func (t *onTerminal) Init() tea.Cmd {
	return batch(t.Model.Init(), t.fit(), t.listen)
}

// Update handles a message.
func (t *onTerminal) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if h, ok := msg.(heard); ok {
		cmd := t.about(h.Msg)
		return t, batch(cmd, t.listen)
	}
	cmd := t.about(msg)
	return t, cmd
}

func (t *onTerminal) about(msg tea.Msg) (cmd tea.Cmd) {
	switch msg.(type) {
	case term.Stop:
		t.err = t.screen.Suspend()
	case term.Continued:
		t.err = t.screen.Resume()
	case term.Resized, term.Repaint:
	default:
		_, cmd = t.Model.Update(msg)
		return cmd
	}
	return t.fit()
}

// fit draws the whole frame in the size that the terminal has now.
func (t *onTerminal) fit() tea.Cmd {
	var size tea.WindowSizeMsg
	if t.err == nil {
		size.Width, size.Height, t.err = t.screen.Size()
	}
	if t.err != nil {
		return tea.Quit
	}
	_, cmd := t.Model.Update(size)
	return cmd
}

// usable says why the UI cannot be shown, or nil.
func usable(c Config) error {
	hint := "use armonic deploy, which works without a screen"
	for _, f := range []struct {
		file *os.File
		name string
	}{{c.In, "standard input"}, {c.Out, "standard output"}} {
		if f.file == nil || !xterm.IsTerminal(f.file.Fd()) {
			return &spec.Error{Kind: spec.Invalid, Op: "open the screen", Msg: f.name + " is not a terminal", Hint: hint}
		}
	}
	if t := c.Env("TERM"); t == "dumb" || t == "" {
		return &spec.Error{Kind: spec.Invalid, Op: "open the screen", Msg: fmt.Sprintf("the terminal cannot show one (TERM=%s)", t), Hint: hint}
	}
	return nil
}
