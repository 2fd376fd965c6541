package tui

import (
	"context"
	"fmt"
	"os"

	tea "github.com/charmbracelet/bubbletea"
	xterm "github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/spec"
	_ "github.com/armonic/armonic/tui/noquery" // before the UI library looks at the terminal
	"github.com/armonic/armonic/tui/term"
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
	out := term.NewOutput(c.Out)
	m.screen = out
	p := tea.NewProgram(m, tea.WithAltScreen(), tea.WithContext(ctx), tea.WithInput(c.In), tea.WithOutput(out),
		tea.WithFPS(120), tea.WithoutSignalHandler(), tea.WithoutCatchPanics()) // a crash is reported: see package cli/crash
	_, err = p.Run()
	switch {
	case err != nil && ctx.Err() != nil:
		return m.Outcome(), context.Cause(ctx)
	case err != nil:
		return m.Outcome(), fmt.Errorf("cannot go on with the screen: %w", err)
	}
	return m.Outcome(), nil
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
