package deploy

import (
	"regexp"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Elsewhere has what was decided for some hosts hold for others, each in the place of one: where
// lists of hosts and nodes name it, and where a value is its name. Two may change places. What
// was decided after one of their addresses is left to be decided anew.
func (s *Session) Elsewhere(moves map[spec.Host]spec.Host, addresses []string) {
	s.remember()
	moved := resolver.Answers{}
	for k, a := range s.answers {
		id := onHost(k.Node, moves)
		text := value.Input(a.Value)
		if t, ok := a.Value.(resolver.Text); ok {
			text = string(t)
		}
		to, isHost := moves[spec.Host(text)]
		switch hosts, ok := a.Value.([]spec.Host); {
		case ok:
			a.Value = replaceHosts(hosts, moves)
		case id != k.Node && k.Kind == resolver.AskValue && slices.Contains(addresses, text):
			continue
		case k.Kind == resolver.AskHost && isHost:
			a.Value = to
		case k.Kind == resolver.AskValue && isHost:
			a.Value = resolver.Text(to)
			a.Typed = false
		}
		k.Node = id
		moved[k] = a
	}
	s.answers, s.result = moved, nil
}

// hostInID is where the id of a node names a host.
var hostInID = regexp.MustCompile(`\[[^\]#]+`)

// onHost is the id of the node in the place of one on another host.
func onHost(id resolver.NodeID, moves map[spec.Host]spec.Host) resolver.NodeID {
	return resolver.NodeID(hostInID.ReplaceAllStringFunc(string(id), func(text string) string {
		if to, ok := moves[spec.Host(text[1:])]; ok {
			return "[" + string(to)
		}
		return text
	}))
}

// replaceHosts puts hosts in the places of others. None is there twice.
func replaceHosts(hosts []spec.Host, moves map[spec.Host]spec.Host) []spec.Host {
	out := []spec.Host{}
	for _, h := range hosts {
		if to, ok := moves[h]; ok {
			h = to
		}
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}
