package deploy

import (
	"context"
	"strings"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// replayed is a deployment whose decisions are taken.
type replayed struct {
	state   *rollout.State
	answers resolver.Answers
	moves   map[spec.Host]spec.Host
}

// runReplay plans what another deployment did, with its decisions, which may be for other hosts.
func (d *deployment) runReplay(ctx context.Context) error {
	moves, err := d.parseMoves()
	if err == nil {
		err = d.checkFlags()
	}
	if err != nil {
		return d.show.Failure(err)
	}
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return d.show.Failure(err)
	}
	defer closeFleet()
	opt, err := d.options()
	if err != nil {
		return d.show.Failure(err)
	}
	x := &replayed{moves: moves}
	if x.state, x.answers, err = (rollout.Deployments{Fleet: fleet, Options: opt}).Answers(ctx, d.replay); err != nil {
		return d.show.Failure(err)
	}
	if d.replayed = x; d.name == "" {
		d.name = x.state.Name
	}
	return d.runOn(ctx, fleet, x.state.Pattern)
}

// parseMoves reads --move.
func (d *deployment) parseMoves() (out map[spec.Host]spec.Host, err error) {
	out = map[spec.Host]spec.Host{}
	for _, text := range d.moves {
		from, to, ok := strings.Cut(text, "=")
		if !ok || from == "" || to == "" || strings.Contains(to, "=") {
			return nil, output.Exit(output.ExitUsage, spec.Errorf(spec.Invalid, "--move %q is not FROM=TO", text).WithHint("for example --move web2=web3"))
		}
		out[spec.Host(from)] = spec.Host(to)
	}
	return out, nil
}

// apply gives a session the decisions of the deployment that is replayed.
func (x *replayed) apply(ctx context.Context, s *deploy.Session) error {
	s.SetAnswers(x.answers)
	if len(x.moves) == 0 {
		return nil
	}
	if err := x.state.Move(ctx, s, x.moves); err != nil {
		return output.Exit(output.ExitAnswers, err)
	}
	return nil
}
