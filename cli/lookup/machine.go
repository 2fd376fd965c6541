package lookup

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Machine is a state machine to be drawn.
type Machine struct {
	XMLName     xml.Name     `json:"-" xml:"lifecycle"`
	Path        spec.Path    `json:"path" xml:"path,attr"`
	Doc         string       `json:"doc" xml:"doc,omitempty"`
	Initial     string       `json:"initial" xml:"initial,attr"`
	State       string       `json:"state" xml:"state,attr"`
	States      []State      `json:"states" xml:"states>state"`
	Transitions []Transition `json:"transitions" xml:"transitions>transition"`
}

// State is a state of a machine.
type State struct {
	Name      string `json:"name" xml:"name,attr"`
	OS        string `json:"os" xml:"os,attr,omitempty"` // "" for all
	Applied   bool   `json:"applied" xml:"applied,attr"`
	Reachable bool   `json:"reachable" xml:"reachable,attr"` // on this host, from the initial state
}

// Transition leads from one state to another.
type Transition struct {
	From   string `json:"from" xml:"from,attr"`
	To     string `json:"to" xml:"to,attr"`
	Usable bool   `json:"usable" xml:"usable,attr"` // on this host's system
}

// NewMachine makes the machine of a lifecycle from what its agent says of it.
func NewMachine(r spec.Resource, s spec.Stack, states []spec.Resource) Machine {
	m := Machine{Path: r.Path, Doc: s.Doc, Initial: r.Attrs["initial"], State: s.Top(), Transitions: []Transition{}}
	for pair := range strings.FieldsSeq(r.Attrs["transitions"]) {
		from, to, _ := strings.Cut(pair, ">")
		m.Transitions = append(m.Transitions, Transition{from, to, slices.Contains(s.Transitions, [2]string{from, to})})
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
		m.States = append(m.States, State{name, st.Attrs["os"], slices.Contains(s.Names(), name), reached[name]})
	}
	return m
}

// OnlyReachable is the machine without what cannot be reached or used on this host.
func (m Machine) OnlyReachable() Machine {
	m.States = slices.DeleteFunc(slices.Clone(m.States), func(s State) bool { return !s.Reachable })
	known := map[string]bool{}
	for _, s := range m.States {
		known[s.Name] = true
	}
	m.Transitions = slices.DeleteFunc(slices.Clone(m.Transitions), func(t Transition) bool { return !t.Usable || !known[t.From] })
	return m
}
