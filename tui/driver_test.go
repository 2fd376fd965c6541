package tui_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/tui"
)

// driver drives the model as the library would, inside a synctest bubble, so that
// time is virtual: commands run, their messages come back, keys are keys.
type driver struct {
	t     testing.TB
	m     *tui.Model
	w, h  int
	msgs  chan tea.Msg
	done  chan struct{}
	quit  bool
	count int // messages handled
	wrote map[string]string
	check func(frame string)
}

func drive(t testing.TB, f *fakeFleet, w, h int, change ...func(*tui.Config)) *driver {
	t.Helper()
	d := &driver{t: t, w: w, h: h, msgs: make(chan tea.Msg), done: make(chan struct{}), wrote: map[string]string{}}
	c := tui.Config{Fleet: f, By: "tester", Pace: 83_700 * time.Microsecond, Env: func(string) string { return "" },
		Write: func(name string, data []byte) error { d.wrote[name] = string(data); return nil }}
	for _, ch := range change {
		ch(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m, err := tui.New(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	d.m = m
	t.Cleanup(func() {
		for _, x := range m.Outcome().Running {
			x.Close()
		}
		m.Close()
		cancel()
		close(d.done)
		f.close()
	})
	d.start(m.Init())
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	return d
}

// start runs a command, as the library does: in a goroutine of its own.
func (d *driver) start(c tea.Cmd) {
	if c == nil {
		return
	}
	go func() {
		msg := c()
		select {
		case d.msgs <- msg:
		case <-d.done:
		}
	}()
}

func (d *driver) send(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, c := range msg {
			d.start(c)
		}
		return
	case tea.QuitMsg:
		d.quit = true
		return
	}
	d.count++
	_, cmd := d.m.Update(msg)
	d.start(cmd)
	if d.check != nil {
		d.check(d.m.View())
	}
}

// wait handles what comes during a virtual time.
func (d *driver) wait(dur time.Duration) {
	after := time.After(dur)
	for {
		select {
		case msg := <-d.msgs:
			d.send(msg)
		case <-after:
			return
		}
	}
}

// settle is long enough for hosts to answer, and short of everything that runs. It
// is odd, so that nothing else happens at the very moment when it ends.
func (d *driver) settle() { d.wait(20_137 * time.Microsecond) }

var specials = map[string]tea.KeyMsg{
	"enter": {Type: tea.KeyEnter}, "esc": {Type: tea.KeyEsc}, "tab": {Type: tea.KeyTab}, "up": {Type: tea.KeyUp},
	"down": {Type: tea.KeyDown}, "left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight}, "home": {Type: tea.KeyHome},
	"end": {Type: tea.KeyEnd}, "pgup": {Type: tea.KeyPgUp}, "pgdown": {Type: tea.KeyPgDown}, "space": {Type: tea.KeySpace, Runes: []rune{' '}},
	"backspace": {Type: tea.KeyBackspace}, "ctrl+u": {Type: tea.KeyCtrlU}, "ctrl+c": {Type: tea.KeyCtrlC}, "f1": {Type: tea.KeyF1},
	"ctrl+o": {Type: tea.KeyCtrlO}, "ctrl+r": {Type: tea.KeyCtrlR}, "ctrl+z": {Type: tea.KeyCtrlZ}, "ctrl+l": {Type: tea.KeyCtrlL}, "shift+up": {Type: tea.KeyShiftUp},
	"ctrl+g": {Type: tea.KeyCtrlG}, "ctrl+t": {Type: tea.KeyCtrlT}, "delete": {Type: tea.KeyDelete},
}

// keys presses keys, separated by blanks. What is no name of a key is typed letter
// by letter.
func (d *driver) keys(keys ...string) {
	for _, k := range keys {
		for _, name := range strings.Fields(k) {
			if msg, ok := specials[name]; ok {
				d.send(msg)
			} else {
				for _, r := range name {
					d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
				}
			}
			d.settle()
		}
	}
}

// screen is the frame as text.
func (d *driver) screen() string { return ansi.Strip(d.m.View()) }

func (d *driver) see(texts ...string) {
	d.t.Helper()
	for _, s := range texts {
		if !strings.Contains(d.screen(), s) {
			d.t.Fatalf("the screen does not show %q:\n%s", s, d.screen())
		}
	}
}

func (d *driver) notSee(texts ...string) {
	d.t.Helper()
	for _, s := range texts {
		if strings.Contains(d.screen(), s) {
			d.t.Fatalf("the screen shows %q:\n%s", s, d.screen())
		}
	}
}

// until waits, at most a virtual minute, for a text.
func (d *driver) until(text string) {
	d.t.Helper()
	for range 600 {
		if strings.Contains(d.screen(), text) {
			return
		}
		d.wait(100 * time.Millisecond)
	}
	d.t.Fatalf("the screen never shows %q:\n%s", text, d.screen())
}

// exact reports what is wrong with the size of a frame, or "".
func exact(frame string, w, h int) string {
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		return fmt.Sprintf("%d lines instead of %d", len(lines), h)
	}
	for i, s := range lines {
		if n := ansi.StringWidth(s); n > w {
			return fmt.Sprintf("line %d is %d columns wide instead of %d: %q", i, n, w, s)
		}
	}
	return ""
}

// onDemo runs a test on the demo's fleet, once its hosts have answered.
func onDemo(t *testing.T, run func(*driver), change ...func(*tui.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36, change...)
		d.settle()
		run(d)
	})
}
