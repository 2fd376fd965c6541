package rollout

import (
	"context"
	"maps"
	"slices"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Move has a session decide for other hosts what was decided for those of the deployment: moves
// says which takes the place of which. The error is spec.Invalid for one that has no part in it.
func (s *State) Move(ctx context.Context, to *deploy.Session, moves map[spec.Host]spec.Host) error {
	addresses, err := s.addressesOf(moves)
	if err == nil {
		move(ctx, to, moves, addresses)
	}
	return err
}

// Move has a session decide for other hosts, see State.Move.
func (r *Rollout) Move(ctx context.Context, to *deploy.Session, moves map[spec.Host]spec.Host) error {
	r.mu.Lock()
	addresses, err := r.state.addressesOf(moves)
	r.mu.Unlock()
	if err == nil {
		move(ctx, to, moves, addresses)
	}
	return err
}

func move(ctx context.Context, to *deploy.Session, moves map[spec.Host]spec.Host, addresses []string) {
	moves = maps.Clone(moves)
	maps.DeleteFunc(moves, func(from, to spec.Host) bool { return from == to })
	if len(moves) == 0 {
		return
	}
	for from := range moves {
		if a, err := to.Fleet().Agent(from); err == nil {
			if info, err := a.Info(ctx); err == nil { // one that is gone is known by what it returned
				addresses = append(addresses, info.Address)
			}
		}
	}
	to.Elsewhere(moves, addresses)
}

// addressesOf are those that provides returned on the hosts that others take the places of.
func (s *State) addressesOf(moves map[spec.Host]spec.Host) (out []string, err error) {
	for from := range moves {
		if !slices.Contains(s.Hosts, from) {
			return nil, spec.Errorf(spec.Invalid, "the deployment did nothing on %s, so nothing is moved from there", from).
				WithHint("it touched %s", value.Style{None: "no host", Names: ", "}.Text(s.Hosts))
		}
	}
	for _, t := range s.tasks {
		table, _ := s.Returns[t.Node].(map[string]any)
		if text, ok := table["address"].(string); ok && moves[t.Host] != "" && moves[t.Host] != t.Host {
			out = append(out, text)
		}
	}
	return out, nil
}
