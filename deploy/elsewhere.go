package deploy

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Elsewhere has what was decided for one host hold for another one, in its place: where lists of
// hosts and nodes name it, and where a value is its name. What was decided after its address
// is left to be decided anew.
func (s *Session) Elsewhere(from, to spec.Host, addresses ...string) {
	s.remember()
	moved := resolver.Answers{}
	for k, a := range s.answers {
		id := onHost(k.Node, from, to)
		text := value.Input(a.Value)
		if t, ok := a.Value.(resolver.Text); ok {
			text = string(t)
		}
		switch hosts, ok := a.Value.([]spec.Host); {
		case ok:
			a.Value = replaceHost(hosts, from, to)
		case id != k.Node && k.Kind == resolver.AskValue && slices.Contains(addresses, text):
			continue
		case k.Kind == resolver.AskHost && text == string(from):
			a.Value = to
		case k.Kind == resolver.AskValue && text == string(from):
			a.Value = resolver.Text(to)
			a.Typed = false
		}
		k.Node = id
		moved[k] = a
	}
	s.answers, s.result = moved, nil
}

// onHost is the id of the node in the place of one on another host.
func onHost(id resolver.NodeID, from, to spec.Host) resolver.NodeID {
	text := strings.ReplaceAll(string(id), "["+string(from)+"]", "["+string(to)+"]")
	return resolver.NodeID(strings.ReplaceAll(text, "["+string(from)+"#", "["+string(to)+"#"))
}

// replaceHost puts a host in the place of another one, unless it is there already.
func replaceHost(hosts []spec.Host, from, to spec.Host) []spec.Host {
	out := []spec.Host{}
	for _, h := range hosts {
		if h == from {
			h = to
		}
		if h != to || !slices.Contains(out, to) {
			out = append(out, h)
		}
	}
	return out
}
