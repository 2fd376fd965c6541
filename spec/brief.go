package spec

import (
	"fmt"
	"slices"
)

// Brief is the stack with as much of its history as planning needs, which does not grow
// with what is said again and again: of calls and changes that were alike the last one,
// and of each step when the last ten were and how long they took. What stands, stands in
// it too, once for all that was alike.
func (s Stack) Brief() Stack {
	type kind struct {
		Action         Action
		State, Provide string
	}
	rolledBack := map[string]bool{} // calls of single runs: what was alike before them may stand
	for _, c := range s.Calls {
		if c.Of != "" {
			rolledBack[fmt.Sprint(c.State, c.Provide, c.Of)] = true
		}
	}
	seen, times := map[string]bool{}, map[kind]int{}
	var kept []Called
	for _, c := range slices.Backward(s.Calls) {
		k := kind{c.Action, c.State, c.Provide}
		if k.Action == "" { // as older agents keep it
			k.Action = Call
		}
		alike := fmt.Sprint(k, c.For, c.Of, c.Inputs)
		if k.Action == Call && rolledBack[fmt.Sprint(c.State, c.Provide, c.By)] {
			alike += string(c.By)
		}
		switch {
		case !seen[alike]:
			seen[alike] = true
		case times[k] < usualOf:
			c.Inputs, c.Returns = nil, nil
		default:
			continue
		}
		if c.Err == nil {
			times[k]++
		}
		kept = append(kept, c)
	}
	slices.Reverse(kept)
	s.Calls = kept
	return s
}
