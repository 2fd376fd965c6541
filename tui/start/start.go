package start

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// Choice is how a person wants to start.
type Choice int

// The choices. Leave is none.
const (
	Leave  Choice = iota
	Demo          // simulated hosts
	Server        // the server of which the settings were written
	Look          // simulated hosts, and nothing can be changed
)

// Answers are what a person says of a server. Password or PasswordFile is empty.
type Answers struct {
	JID, Password, PasswordFile, Server, CAFile string
}

// Config is what the screen is given.
type Config struct {
	Look widget.Look
	File string                                             // where the settings are written
	Test func(ctx context.Context, a Answers) error         // connects, and says what is wrong
	Save func(a Answers) error                              // writes the settings
	Text func(a Answers) string                             // what is written, without the password
	Show func(lines []string, at widget.Point, typing bool) // each frame; may be nil
}

// step is what is asked now.
type step int

const (
	choosing step = iota
	filling
	testing
	writing // the settings are shown, and written once that is confirmed
)

// Model is the screen, as the library drives it.
type Model struct {
	Config
	parent context.Context //nolint:containedctx // of the program
	ctx    context.Context //nolint:containedctx // of the test, which Update is not given
	stop   context.CancelFunc
	w, h   int
	frame  []string
	choice Choice

	step   step
	at     int // of the choices
	field  int // that has the keys
	fields []*field
	err    error
}

// field is one thing to say.
type field struct {
	widget.Field
	name, help string
}

// tested is how a test went.
type tested struct{ err error }

// New makes the screen. The caller closes it.
func New(ctx context.Context, c Config) *Model {
	m := &Model{Config: c, parent: ctx}
	m.ctx, m.stop = context.WithCancel(ctx)
	m.fields = []*field{
		{name: "account", help: "name@domain, an account of yours on the XMPP server"},
		{name: "password", help: "kept in a file that only you can read", Field: widget.Field{Hidden: true}},
		{name: "or its file", help: "a file whose first line is the password"},
		{name: "server", help: "host or host:port; empty: DNS is asked"},
		{name: "CA file", help: "for a certificate of an authority of your own; empty: the system's"},
	}
	return m
}

// Close ends what the screen waits for.
func (m *Model) Close() { m.stop() }

// Choice is what was chosen.
func (m *Model) Choice() Choice { return m.choice }

// Init does nothing.
func (m *Model) Init() tea.Cmd { return nil }

// View is the frame that Update made.
func (m *Model) View() string { return strings.Join(m.frame, "\n") }

// Update handles a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tested:
		if m.step == testing {
			m.err, m.step = msg.err, writing
			if msg.err != nil {
				m.step = filling
			}
		}
	case tea.KeyMsg:
		for _, k := range term.Split(msg) {
			if c := m.key(k); c != nil {
				cmd = c
			}
		}
	}
	m.draw()
	return m, cmd
}

func (m *Model) answers() Answers {
	text := func(i int) string { return strings.TrimSpace(m.fields[i].Text()) }
	return Answers{JID: text(0), Password: m.fields[1].Text(), PasswordFile: text(2), Server: text(3), CAFile: text(4)}
}

func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	name := widget.Name(k)
	if name == "ctrl+c" {
		return tea.Quit
	}
	switch m.step {
	case choosing:
		return m.chooseKey(name)
	case filling:
		return m.fillKey(name, k)
	case testing:
		if name == "esc" {
			m.stop()
			m.ctx, m.stop = context.WithCancel(m.parent)
			m.step = filling
		}
	case writing:
		switch name {
		case "enter", "y":
			if m.err = m.Save(m.answers()); m.err != nil {
				return nil
			}
			return m.take(Server)
		case "esc", "n":
			m.step, m.err = filling, nil
		}
	}
	return nil
}

func (m *Model) take(c Choice) tea.Cmd {
	m.choice = c
	return tea.Quit
}

func (m *Model) chooseKey(name string) tea.Cmd {
	switch name {
	case "q", "esc":
		return tea.Quit
	case "up", "k":
		m.at = max(m.at-1, 0)
	case "down", "j", "tab":
		m.at = min(m.at+1, 2)
	case "1", "2", "3":
		m.at = int(name[0] - '1')
		return m.open()
	case "enter":
		return m.open()
	}
	return nil
}

func (m *Model) open() tea.Cmd {
	switch m.at {
	case 0:
		return m.take(Demo)
	case 2:
		return m.take(Look)
	}
	m.step, m.field = filling, 0
	return nil
}

func (m *Model) fillKey(name string, k tea.KeyMsg) tea.Cmd {
	last := len(m.fields) - 1
	switch name {
	case "esc":
		m.step, m.err = choosing, nil
	case "up", "shift+tab":
		m.field = max(m.field-1, 0)
	case "down", "tab":
		m.field = min(m.field+1, last)
	case "enter":
		if m.asks() {
			m.field++
			return nil
		}
		return m.test()
	default:
		m.fields[m.field].Type(k)
	}
	return nil
}

// asks reports whether enter goes to the next field: what is needed is not said yet.
func (m *Model) asks() bool { return m.field == 0 || m.field == 1 && m.fields[1].Text() == "" }

// test connects, unless something is missing.
func (m *Model) test() tea.Cmd {
	a := m.answers()
	m.err = nil
	switch {
	case !strings.Contains(a.JID, "@"):
		m.field, m.err = 0, spec.Errorf(spec.Invalid, "there is no account").WithHint("write it as name@domain")
	case a.Password == "" && a.PasswordFile == "":
		m.field, m.err = 1, spec.Errorf(spec.Invalid, "there is no password").WithHint("type it, or name a file whose first line it is")
	case a.Password != "" && a.PasswordFile != "":
		m.field, m.err = 2, spec.Errorf(spec.Invalid, "there are two passwords").WithHint("leave the password or its file empty")
	}
	if m.err != nil {
		return nil
	}
	m.step = testing
	ctx, try := m.ctx, m.Test
	return func() tea.Msg { return tested{try(ctx, a)} }
}
