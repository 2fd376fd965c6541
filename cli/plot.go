package cli

import (
	"context"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newPlot(g *globals, s Streams) *cobra.Command {
	l := &low{globals: g, Streams: s}
	var form string
	var reachable bool
	c := &cobra.Command{
		Use:   "plot LIFECYCLE",
		Short: "Draw the state machine of a lifecycle",
		Long: `Draw the state machine of the lifecycle that LIFECYCLE, a name or a pattern, means, with
what is applied of it now. Transitions that this host's system does not allow are
marked.`,
		Example: `  armonic plot WebServer --demo -J web1
  armonic plot WebServer -T dot --local | dot -Tsvg > webserver.svg`,
	}
	c.Flags().StringVarP(&form, "type", "T", "text", "draw as `FORM`: text, dot, mermaid, json or xml")
	c.Flags().BoolVar(&reachable, "reachable", false, "leave out what cannot be reached on this host")
	_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(plotForms(), cobra.ShellCompDirectiveNoFileComp))
	l.register(c)
	l.pattern(c, "LIFECYCLE", true, query.Lifecycle, func(ctx context.Context, p spec.Pattern) error {
		if l.json() && !c.Flags().Changed("type") {
			form = "json"
		}
		if !slices.Contains(plotForms(), form) {
			return spec.Errorf(spec.Invalid, "there is no form %q", form).WithHint("-T %s", strings.Join(plotForms(), ", "))
		}
		if l.json() && form != "json" {
			return spec.Errorf(spec.Invalid, "-o json and -T %s cannot be had together", form)
		}
		return plot(ctx, l, p, form, reachable)
	})
	return c
}

func plotForms() []string { return []string{"text", "dot", "mermaid", "json", "xml"} }

// machine is a state machine to be drawn.
type machine struct {
	XMLName     xml.Name         `json:"-" xml:"lifecycle"`
	Path        spec.Path        `json:"path" xml:"path,attr"`
	Doc         string           `json:"doc" xml:"doc,omitempty"`
	Initial     string           `json:"initial" xml:"initial,attr"`
	State       string           `json:"state" xml:"state,attr"`
	States      []plotState      `json:"states" xml:"states>state"`
	Transitions []plotTransition `json:"transitions" xml:"transitions>transition"`
}

type plotState struct {
	Name      string `json:"name" xml:"name,attr"`
	OS        string `json:"os" xml:"os,attr,omitempty"` // "" for all
	Applied   bool   `json:"applied" xml:"applied,attr"`
	Reachable bool   `json:"reachable" xml:"reachable,attr"` // on this host, from the initial state
}

type plotTransition struct {
	From   string `json:"from" xml:"from,attr"`
	To     string `json:"to" xml:"to,attr"`
	Usable bool   `json:"usable" xml:"usable,attr"` // on this host's system
}

// plot draws a lifecycle: that of one host, or of each if several were chosen.
func plot(ctx context.Context, l *low, p spec.Pattern, form string, reachable bool) error {
	targets, err := l.targets(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	for _, t := range targets {
		r, err := l.find.one(ctx, spec.Pattern(t), query.Lifecycle)
		if err != nil {
			return err
		}
		if err := plotOne(ctx, l, r, form, reachable); err != nil {
			return err
		}
	}
	return nil
}

func plotOne(ctx context.Context, l *low, r spec.Resource, form string, reachable bool) error {
	stacks, err := l.find.stacks(ctx, []spec.Resource{r})
	if err == nil && len(stacks) != 1 {
		err = spec.Errorf(spec.NotFound, "%s has no stack", r.Path)
	}
	if err != nil {
		return err
	}
	states, err := l.find.describe(ctx, spec.Pattern(string(r.Path)+"/*"))
	if err != nil {
		return err
	}
	m := machineOf(r, stacks[0], states)
	if reachable {
		m = m.reachable()
	}
	return m.draw(l.Out, form)
}

// draw writes the machine in one of the forms.
func (m machine) draw(w io.Writer, form string) error {
	switch form {
	case "json":
		return writeJSON(w, m)
	case "xml":
		return m.xml(w)
	case "dot":
		m.dot(w)
	case "mermaid":
		m.mermaid(w)
	default:
		m.text(w)
	}
	return nil
}

func machineOf(r spec.Resource, s spec.Stack, states []spec.Resource) machine {
	m := machine{Path: r.Path, Doc: s.Doc, Initial: r.Attrs["initial"], State: s.Top(), Transitions: []plotTransition{}}
	for pair := range strings.FieldsSeq(r.Attrs["transitions"]) {
		from, to, _ := strings.Cut(pair, ">")
		m.Transitions = append(m.Transitions, plotTransition{from, to, slices.Contains(s.Transitions, [2]string{from, to})})
	}
	reached := map[string]bool{m.Initial: true}
	for todo := []string{m.Initial}; len(todo) > 0; {
		from := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, t := range m.Transitions {
			if t.Usable && t.From == from && !reached[t.To] {
				reached[t.To] = true
				todo = append(todo, t.To)
			}
		}
	}
	for _, st := range states {
		name := st.Path.State()
		m.States = append(m.States, plotState{name, st.Attrs["os"], slices.Contains(s.Names(), name), reached[name]})
	}
	return m
}

// reachable is the machine without what cannot be reached or used on this host.
func (m machine) reachable() machine {
	m.States = slices.DeleteFunc(slices.Clone(m.States), func(s plotState) bool { return !s.Reachable })
	known := map[string]bool{}
	for _, s := range m.States {
		known[s.Name] = true
	}
	m.Transitions = slices.DeleteFunc(slices.Clone(m.Transitions), func(t plotTransition) bool { return !t.Usable || !known[t.From] })
	return m
}
