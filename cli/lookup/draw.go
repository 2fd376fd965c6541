package lookup

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/value"
)

// Forms are the forms in which Draw can write.
func Forms() []string { return []string{"text", "dot", "mermaid", "json", "xml"} }

// Draw writes the machine in one of the forms.
func (m Machine) Draw(w io.Writer, form string) error {
	switch form {
	case "json":
		return output.WriteJSON(w, m)
	case "xml":
		return m.xml(w)
	case "dot":
		m.dot(w)
	case "mermaid":
		m.mermaid(w)
	default:
		m.Text(w)
	}
	return nil
}

// Text draws a line for each state, marked if it is applied, and below it where it
// leads.
func (m Machine) Text(w io.Writer) {
	output.Printf(w, "%s\n", m.Path)
	for _, s := range m.States {
		mark, note := " ", ""
		switch {
		case s.Name == m.State:
			mark, note = "*", "  (current)"
		case s.Applied:
			mark = "*"
		case !s.Reachable:
			note = "  (not on this host)"
		}
		if s.OS != "" {
			note += "  [" + s.OS + "]"
		}
		output.Printf(w, "  %s %s%s\n", mark, s.Name, note)
		for _, t := range m.Transitions {
			if t.From != s.Name {
				continue
			}
			arrow := "-->"
			if !t.Usable {
				arrow = "- >"
			}
			output.Printf(w, "      %s %s\n", arrow, t.To)
		}
	}
}

// dot draws for Graphviz.
func (m Machine) dot(w io.Writer) {
	output.Printf(w, "digraph %q {\n  node [shape=box, style=rounded];\n", m.Path.Lifecycle())
	for _, s := range m.States {
		style := "rounded"
		if s.Applied {
			style = "rounded,filled"
		}
		if !s.Reachable {
			style = "rounded,dashed"
		}
		label := s.Name
		if s.OS != "" {
			label += "\n" + s.OS
		}
		width := 1
		if s.Name == m.State {
			width = 2
		}
		output.Printf(w, "  %q [label=%q, style=%q, penwidth=%d];\n", s.Name, label, style, width)
	}
	for _, t := range m.Transitions {
		style := "solid"
		if !t.Usable {
			style = "dashed"
		}
		output.Printf(w, "  %q -> %q [style=%s];\n", t.From, t.To, style)
	}
	output.Printf(w, "}\n")
}

// mermaid draws for Mermaid, whose names of states are letters and digits only.
func (m Machine) mermaid(w io.Writer) {
	ids := map[string]string{}
	output.Printf(w, "stateDiagram-v2\n")
	var applied []string
	for i, s := range m.States {
		ids[s.Name] = fmt.Sprintf("s%d", i)
		label := s.Name
		if s.OS != "" {
			label += " (" + s.OS + ")"
		}
		output.Printf(w, "    state \"%s\" as %s\n", label, ids[s.Name])
		if s.Applied {
			applied = append(applied, ids[s.Name])
		}
	}
	if id, ok := ids[m.Initial]; ok {
		output.Printf(w, "    [*] --> %s\n", id)
	}
	for _, t := range m.Transitions {
		note := ""
		if !t.Usable {
			note = ": not on this host"
		}
		output.Printf(w, "    %s --> %s%s\n", ids[t.From], ids[t.To], note)
	}
	if len(applied) > 0 {
		output.Printf(w, "    classDef applied font-weight:bold\n    class %s applied\n", strings.Join(applied, ","))
	}
}

func (m Machine) xml(w io.Writer) error {
	text, err := xml.MarshalIndent(m, "", "  ")
	if err != nil {
		return output.WriteError(err)
	}
	_, err = io.WriteString(w, xml.Header+escapeXML(string(text))+"\n")
	return err
}

// escapeXML escapes the characters that a terminal must not be sent, so that none is lost.
func escapeXML(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || value.Printable(r) == r {
			b.WriteRune(r)
			continue
		}
		output.Printf(&b, "&#x%X;", r)
	}
	return b.String()
}
