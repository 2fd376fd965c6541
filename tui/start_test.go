package tui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/start"
	"github.com/armonic/armonic/tui/widget"
)

// starter drives the first screen: commands are run at once.
type starter struct {
	t     *testing.T
	m     *start.Model
	w, h  int
	saved []start.Answers
	quit  bool
	check func(frame string)
}

func newStarter(t *testing.T, w, h int, theme, glyphs string) *starter {
	t.Helper()
	look, err := widget.NewLook(theme, glyphs)
	if err != nil {
		t.Fatal(err)
	}
	s := &starter{t: t, w: w, h: h}
	s.m = start.New(t.Context(), start.Config{Look: look, File: "~/.config/armonic/cli.yaml",
		Test: func(_ context.Context, a start.Answers) error {
			if a.Password != "secret" {
				return spec.Errorf(spec.Denied, "the server refuses the password of %s", a.JID).WithHint("is it typed as it is?")
			}
			return nil
		},
		Save: func(a start.Answers) error { s.saved = append(s.saved, a); return nil },
		Text: func(a start.Answers) string { return "jid: " + a.JID + "\nserver: " + a.Server + "\n" }})
	t.Cleanup(s.m.Close)
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
	return s
}

func (s *starter) send(msg tea.Msg) {
	_, cmd := s.m.Update(msg)
	if bad := exact(s.m.View(), s.w, s.h); bad != "" {
		s.t.Fatalf("%s\n%s", bad, s.m.View())
	}
	if s.check != nil {
		s.check(s.m.View())
	}
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.QuitMsg:
		s.quit = true
	default:
		s.send(msg)
	}
}

func (s *starter) keys(keys string) {
	for _, k := range strings.Fields(keys) {
		if msg, ok := specials[k]; ok {
			s.send(msg)
			continue
		}
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
	}
}

func (s *starter) see(texts ...string) {
	s.t.Helper()
	for _, x := range texts {
		if screen := ansi.Strip(s.m.View()); !strings.Contains(screen, x) {
			s.t.Fatalf("the screen does not show %q:\n%s", x, screen)
		}
	}
}

func TestTheFirstStartAsksHowToStart(t *testing.T) {
	for keys, want := range map[string]start.Choice{"1": start.Demo, "enter": start.Demo, "3": start.Look, "down down enter": start.Look,
		"q": start.Leave, "2 esc esc": start.Leave, "ctrl+c": start.Leave} {
		s := newStarter(t, 80, 24, "none", "unicode")
		s.see("Try it here", "My server", "Only look", "Nothing is changed before you say so")
		s.keys(keys)
		if !s.quit || s.m.Choice() != want || len(s.saved) > 0 {
			t.Errorf("%s: quit %v, choice %v, saved %v", keys, s.quit, s.m.Choice(), s.saved)
		}
	}
}

func walkStart(s *starter, visit func(string)) {
	visit("start")
	s.keys("2 anna enter enter enter")
	visit("start-missing")
	s.keys("up up up @example.com enter wrong enter")
	visit("start-refused")
	s.keys("ctrl+u secret tab tab xmpp.example.com enter")
	visit("start-works")
	s.keys("enter")
}

func TestAServerIsTestedBeforeItsSettingsAreWritten(t *testing.T) {
	s := newStarter(t, 120, 36, "none", "unicode")
	want := map[string][]string{
		"start-missing": {"! there is no account", "write it as name@domain"},
		"start-refused": {"! the server refuses the password of anna@example.com", "is it typed as it is?", "*****"},
		"start-works":   {"connected as anna@example.com", "~/.config/armonic/cli.yaml", "server: xmpp.example.com", "write it and connect"},
	}
	walkStart(s, func(name string) {
		t.Log(name)
		s.see(want[name]...)
		if strings.Contains(s.m.View(), "wrong") || strings.Contains(s.m.View(), "secret") || len(s.saved) > 0 {
			t.Errorf("%v saved:\n%s", s.saved, s.m.View())
		}
	})
	if a := (start.Answers{JID: "anna@example.com", Password: "secret", Server: "xmpp.example.com"}); !s.quit || s.m.Choice() != start.Server || len(s.saved) != 1 || s.saved[0] != a {
		t.Errorf("quit %v, choice %v, saved %+v", s.quit, s.m.Choice(), s.saved)
	}
}

// Who only looks changes nothing, by whatever key or command.
func TestOnlyLookingChangesNothing(t *testing.T) {
	onEdited(t, 120, 36, func(d *driver, f *editedFleet) {
		d.keys(": deploy space //WebServer//start enter")
		d.settle()
		d.keys("down down enter p R")
		d.see("You only look here: nothing is changed")
		d.keys("y enter")
		d.wait(5 * time.Second)
		f.set(true)
		d.keys("1 g j j D R")
		d.see("You only look here")
		for _, a := range f.agents {
			stacks, err := a.Stacks(t.Context())
			for _, s := range stacks {
				if err != nil || len(s.Applied) > 1 {
					t.Errorf("%v: %s has %v", err, s.Path, s.Applied)
				}
			}
		}
	}, func(c *tui.Config) { c.ReadOnly = true })
}
