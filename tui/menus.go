package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/menu"
	"github.com/armonic/armonic/tui/widget"
)

// command is a line of the palette.
type command struct{ name, arg string }

// openPalette takes commands; a text may be there already.
func (m *Model) openPalette(text string) {
	x := list{menu.New(m.look, "Commands", ":", m.commands, func(text string) any {
		name, arg, _ := strings.Cut(strings.TrimSpace(text), " ")
		if name == "" {
			return nil
		}
		return command{name, strings.TrimSpace(arg)}
	}), m.request}
	x.Fill(text)
	m.open(x)
}

func (m *Model) commands(text string) []menu.Row {
	name, arg, more := strings.Cut(strings.TrimLeft(text, " "), " ")
	if more {
		if rows := m.arguments(name, arg); rows != nil {
			return rows
		}
	}
	rows := []menu.Row{
		{Left: "deploy PATTERN", Text: "plan a deployment: deploy //Nginx//start on web1,web2", Fill: "deploy "},
		{Left: "goto HOST", Text: "show a host and what is applied there", Fill: "goto "},
		{Left: "fleet", Text: "the hosts", Do: toFleet},
		{Left: "catalogue", Text: "what can be deployed", Do: toCatalogue},
		{Left: "plan", Text: "what the deployment being planned will do", Do: command{name: "plan"}},
		{Left: "runs", Text: "all deployments: what runs or has run, here and elsewhere", Do: toRuns},
		{Left: "logs", Text: "the log lines of all deployments and hosts, by time", Do: toLogs},
		{Left: "drift HOST", Text: "what is not as it was left, on a host or on all; R repairs it", Fill: "drift "},
		{Left: "history HOST", Text: "what was called, entered and left, on a host or on all", Fill: "history "},
		{Left: "resume NAME", Text: "go on here with a deployment that was left, or that somebody else began", Fill: "resume "},
		{Left: "refresh", Text: "read all hosts again", Do: command{name: "refresh"}},
		{Left: "write FILE", Text: "write the answers of the deployment being planned", Fill: "write "},
		{Left: "theme NAME", Text: strings.Join(widget.Themes(), ", "), Fill: "theme "},
		{Left: "glyphs NAME", Text: strings.Join(widget.GlyphSets(), ", "), Fill: "glyphs "},
		{Left: "dismiss", Text: "take the errors shown below away", Do: command{name: "dismiss"}},
		{Left: "tour", Text: "ten steps from the fleet to a proxy and back, for the demo; again ends it", Do: endTour},
		{Left: "help", Text: "all keys", Do: help},
		{Left: "quit", Text: "leave", Do: quit},
	}
	return menu.Matching(rows, name)
}

// arguments lists what a command can be given.
func (m *Model) arguments(name, arg string) []menu.Row {
	var rows []menu.Row
	switch name {
	case "deploy":
		for _, o := range m.cat.Offers {
			rows = append(rows, menu.Row{Left: string(o.Pattern), Text: o.Provide.Label, Do: command{"deploy", string(o.Pattern)}})
		}
	case "goto":
		for _, v := range m.hosts {
			rows = append(rows, menu.Row{Left: string(v.Host), Text: v.Info.OS.String(), Do: command{"goto", string(v.Host)}})
		}
	case "drift", "history":
		rows = append(rows, menu.Row{Left: "all hosts", Do: command{name: name}})
		for _, v := range m.hosts {
			rows = append(rows, menu.Row{Left: string(v.Host), Text: format.Services(&v), Do: command{name, string(v.Host)}})
		}
	case "resume":
		for _, x := range m.known {
			rows = append(rows, menu.Row{Left: x.Name, Text: string(x.ID) + "  " + x.State, Do: command{"resume", string(x.ID)}})
		}
	case "theme":
		for _, t := range widget.Themes() {
			rows = append(rows, menu.Row{Left: t, Do: command{"theme", t}})
		}
	case "glyphs":
		for _, t := range widget.GlyphSets() {
			rows = append(rows, menu.Row{Left: t, Do: command{"glyphs", t}})
		}
	default:
		return nil
	}
	if name == "deploy" && strings.Contains(arg, " on ") {
		return []menu.Row{{Left: arg, Text: "on hosts, patterns such as web*, groups such as @NAME", Do: command{name, arg}}}
	}
	return menu.Matching(rows, arg)
}

func (m *Model) command(c command) tea.Cmd {
	d := m.selected()
	switch c.name {
	case "deploy", "d":
		return m.commandDeploy(c.arg)
	case "goto", "g":
		m.show(m.pages.fleet)
		h := spec.Host(strings.TrimPrefix(c.arg, "/"))
		if i := strings.IndexByte(string(h), '/'); i > 0 {
			h = h[:i]
		}
		if !m.fleet.Open(h) {
			m.message = "There is no host " + string(h) + "."
		}
	case "plan":
		m.show(m.pages.deploy)
		if d != nil {
			return m.showPlan(d)
		}
	case "refresh":
		return m.survey()
	case "drift", "history":
		return m.commandAbout(c)
	case "resume":
		return m.resume(c.arg)
	case "write":
		switch {
		case d == nil:
			m.message = "Nothing is being planned."
		case c.arg == "":
			m.askSave(d)
		default:
			return m.save(d, c.arg)
		}
	case "theme", "glyphs":
		m.setLook(c)
	case "dismiss":
		m.errs = nil
	case "quit", "q":
		return m.askQuit()
	default:
		m.message = "There is no command " + c.name + ". : lists them."
	}
	return nil
}

// commandDeploy plans what a pattern means.
func (m *Model) commandDeploy(arg string) tea.Cmd {
	if arg == "" {
		m.openCatalogue()
		return nil
	}
	pattern, on, _ := strings.Cut(arg, " on ")
	p, note, err := m.cat.Find(spec.Pattern(strings.TrimSpace(pattern)))
	m.fail("deploy", err)
	if err != nil {
		return nil
	}
	cmd := m.beginOn(p, deploy.ParseHosts(on))
	m.message = note
	return cmd
}

func (m *Model) setLook(c command) {
	theme, glyphs := m.look.Theme.Name, ""
	if m.look.ASCIIOnly() {
		glyphs = "ascii"
	}
	if c.name == "theme" {
		theme = c.arg
	} else {
		glyphs = c.arg
	}
	l, err := widget.NewLook(theme, glyphs)
	m.fail("look", err)
	if err == nil {
		m.restyle(l)
	}
}
