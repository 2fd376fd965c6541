package tui

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// popup asks something before anything else goes on.
type popup struct {
	title   string
	text    []string
	field   *widget.Field // something to type, with done for enter
	done    func(text string) tea.Cmd
	enter   string // what enter does then; "" is "writes it"
	choices []choice
	at      int // the choice that enter takes
}

// choice is one answer to a popup.
type choice struct {
	keys string
	text string
	do   func() tea.Cmd // nil just closes
}

func (p *popup) typing() bool { return p.field != nil }

func (p *popup) keys() []widget.Binding {
	if p.field != nil {
		return []widget.Binding{widget.Key(widget.Open, "enter", cmp.Or(p.enter, "writes it"), ""), widget.Key(widget.Back, "esc", "back", "")}
	}
	return []widget.Binding{widget.Key(widget.Open, "enter", "take the marked one", ""), widget.Key(widget.Down, "down", "move", "")}
}

func (p *popup) key(k tea.KeyMsg) (func() tea.Cmd, bool) {
	name := widget.Name(k)
	if p.field != nil {
		switch name {
		case "esc", "ctrl+c":
			return nil, true
		case "enter":
			return func() tea.Cmd { return p.done(p.field.Text()) }, true
		}
		p.field.Type(k)
		return nil, false
	}
	for _, c := range p.choices {
		if slices.Contains(strings.Fields(c.keys), name) {
			return c.do, true
		}
	}
	switch name {
	case "left", "up", "h", "k", "shift+tab":
		p.at = (p.at + len(p.choices) - 1) % len(p.choices)
	case "right", "down", "l", "j", "tab":
		p.at = (p.at + 1) % len(p.choices)
	case "enter":
		return p.choices[p.at].do, true
	case "ctrl+c":
		return nil, true
	}
	return nil, false
}

// draw makes the popup's lines, at most w columns wide and h high. What can be
// chosen is always there; of the text, what there is room for.
func (p *popup) draw(l widget.Look, w, h int) ([]string, widget.Point) {
	iw := 46
	for _, s := range p.text {
		iw = max(iw, widget.Width(widget.Clean(s))+4)
	}
	for _, c := range p.choices {
		iw = max(iw, widget.Width(c.text)+14)
	}
	iw = max(min(iw, w-6), 10)
	n := len(p.choices)
	if p.field != nil {
		n = 3
	}
	body := p.above(iw-4, h-2-n)
	at := widget.Point{}
	if p.field != nil {
		s, x := p.field.Draw(l, iw-6)
		at = widget.Point{X: 5 + x, Y: 1 + len(body)}
		body = append(body, "  > "+s, "", "  enter "+cmp.Or(p.enter, "writes it")+", esc goes back")
	}
	for i, c := range p.choices {
		first, _, _ := strings.Cut(c.keys, " ")
		if i == p.at {
			at = widget.Point{X: 1, Y: 1 + len(body)}
		}
		body = append(body, "  "+l.Pick(l.Row([]int{4, iw - 12}, widget.Cell{Text: first, Style: l.Key}, widget.T(c.text)), iw-4, i == p.at, true))
	}
	return l.Box(p.title, p.foot(), iw+2, min(len(body)+3, h), body), at
}

// above is the text over the choices, in at most h lines of w columns.
func (p *popup) above(w, h int) []string {
	var out []string
	for _, s := range p.text {
		for _, t := range widget.Wrap(widget.Clean(s), w) {
			out = append(out, "  "+t)
		}
	}
	switch n := len(out); {
	case n+2 <= h:
		return append(append([]string{""}, out...), "")
	case n > h && h > 0:
		return append(out[:h-1], "  (and "+spec.Count(n-h+1, "more line", "more lines")+")")
	}
	return out[:min(len(out), max(h, 0))]
}

func (p *popup) foot() string {
	if len(p.choices) == 0 {
		return ""
	}
	return "its letter, or arrows and enter"
}

// running names the hosts on which something runs.
func running(d *deployment) []string {
	var hosts []string
	for _, t := range d.run.Snapshot().Tasks {
		if t.Status == rollout.Running {
			hosts = append(hosts, string(t.Host))
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	return []string{"Running now on: " + strings.Join(hosts, " ")}
}

// askQuit leaves, or asks first what is to become of what runs and of drafts.
func (m *Model) askQuit() tea.Cmd {
	var text []string
	drafts := 0
	for _, d := range m.deps {
		switch {
		case d.active():
			text = append(text, d.run.Name()+" is running.")
			text = append(text, running(d)...)
		case d.draft():
			drafts++
		}
	}
	leave := func() tea.Cmd {
		m.quit = true
		return tea.Quit
	}
	unrun := spec.Count(drafts, "deployment has", "deployments have") + " answers that were not run. w in it writes them to a file."
	switch {
	case m.busy():
		if drafts > 0 {
			text = append(text, unrun)
		}
		m.open(&popup{title: "Something is running", text: text, choices: []choice{
			{"l", "leave it running and close the screen", leave},
			{"c", "cancel it, and close when it has stopped", m.cancelAll},
			{"s esc", "stay", func() tea.Cmd { m.leaving = false; return nil }},
		}})
	case drafts > 0:
		choices := []choice{{"y q", "leave, and forget them", func() tea.Cmd { m.dropDrafts(); return leave() }}}
		if m.cfg.Drafts != nil {
			choices = append(choices, choice{"k", "leave, and keep them: the next start offers them", leave})
		}
		m.open(&popup{title: "Leave?", text: []string{unrun}, choices: append(choices, choice{"n s esc", "stay", nil}), at: len(choices)})
	default:
		return leave()
	}
	return nil
}

// askSuspend stops the program, as a shell does. What it carries out would pause with it, so that
// is asked about.
func (m *Model) askSuspend() tea.Cmd {
	stop := func() tea.Cmd { return func() tea.Msg { return term.Stop{} } }
	if !m.busy() {
		return stop()
	}
	m.open(&popup{
		title: "Something is running",
		text:  []string{"While this program is stopped it hands nothing out: agents end what they were given, nothing more starts before fg. q leaves it running, and gives the terminal back."},
		choices: []choice{
			{"z ctrl+z", "stop, and pause what runs", stop},
			{"s esc", "stay", nil},
		},
		at: 1,
	})
	return nil
}

func (m *Model) cancelAll() tea.Cmd {
	m.leaving = true
	m.message = "Cancelling; the screen closes when everything has stopped."
	var cmds []tea.Cmd
	for _, d := range m.deps {
		if d.active() {
			cmds = append(cmds, m.stop(d))
		}
	}
	return batch(cmds...)
}

var notName = regexp.MustCompile(`[^A-Za-z0-9]+`)

func (m *Model) askSave(d *deployment) {
	name := "armonic-" + strings.Trim(strings.ToLower(notName.ReplaceAllString(string(d.session.Pattern()), "-")), "-") + ".yaml"
	f := &widget.Field{}
	f.Set(name)
	m.open(&popup{title: "Write the answers to a file", text: []string{"It can be read, edited and replayed."}, field: f,
		done: func(text string) tea.Cmd {
			if strings.TrimSpace(text) == "" {
				return nil
			}
			return m.save(d, strings.TrimSpace(text))
		}})
}
