package rollout

import (
	"cmp"
	"context"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Deployments are those that are kept here, and those that the agents of a fleet know: to
// list, to watch, and to go on with.
type Deployments struct {
	Fleet   deploy.Fleet
	Options Options // of those that are gone on with; without Logs none are kept
}

// List gives them, the newest first. Errs say what could not be read.
func (d Deployments) List(ctx context.Context) (all []Known, errs []error) {
	return List(ctx, d.Fleet, d.Options.Logs)
}

// Attach reads a deployment, by its id, the beginning of that, or its name, to watch it
// wherever it is carried out.
func (d Deployments) Attach(ctx context.Context, ref string) (*Watch, error) {
	if d.Options.Logs == nil {
		return nil, errNotKept()
	}
	found, far, err := locate(ctx, d.Fleet, d.Options.Logs, ref)
	if err != nil {
		return nil, err
	}
	records, err := newer(d.Options.Logs, found.ID, far)
	if err != nil {
		return nil, err
	}
	w := &Watch{fleet: d.Fleet, logs: d.Options.Logs, now: newRollout(d.Fleet, d.Options).now, id: found.ID, copies: found.Hosts, looks: 1}
	w.take(records)
	return w, nil
}

// Answers are what was decided in a deployment, and in those of its name before, whose place it
// took, as far as it was not decided otherwise since. Last is its own state.
func (d Deployments) Answers(ctx context.Context, ref string) (last *State, all resolver.Answers, err error) {
	if d.Options.Logs == nil {
		return nil, nil, errNotKept()
	}
	all = resolver.Answers{}
	for seen := map[string]bool{}; ref != "" && !seen[ref]; {
		seen[ref] = true
		records, err := ReadLog(ctx, d.Fleet, d.Options.Logs, ref)
		s := Replay(records)
		switch {
		case last == nil && err != nil:
			return nil, nil, err
		case last == nil:
			last = s
		}
		if s.Plan != nil && s.Pattern == last.Pattern && (s == last || !s.RolledBack) {
			for k, a := range s.Plan.Decisions() {
				if _, later := all[k]; !later && !s.returnedTo(k) {
					all[k] = a
				}
			}
		}
		ref = string(s.Replaces)
	}
	return last, all, nil
}

// returnedTo reports whether an answer says again what a provide had returned: of a state that
// was entered again.
func (s *State) returnedTo(k resolver.Key) bool {
	for _, n := range s.Plan.Nodes {
		if k.Kind != resolver.AskValue || n.Parent != k.Node || n.Via == "" {
			continue
		}
		_, rest, _ := strings.Cut(k.Name, "/")
		name, ok := strings.CutPrefix(rest, strings.Join([]string{n.State, n.By, spec.Indexed(n.Via, n.Index)}, "/")+"/")
		table, _ := s.Returns[cmp.Or(n.CalledAs, n.ID)].(map[string]any)
		if _, returned := table[name]; ok && (returned || name == spec.HostVariable) {
			return true
		}
	}
	return false
}

// Resume prepares to go on with a deployment here. Whoever carries it out is told so.
func (d Deployments) Resume(ctx context.Context, ref string) (*Rollout, error) {
	if d.Options.Logs == nil {
		return nil, errNotKept()
	}
	log, records, err := OpenLog(ctx, d.Fleet, d.Options.Logs, ref)
	if err != nil {
		return nil, err
	}
	return Resume(d.Fleet, records, log, d.Options)
}

func errNotKept() error {
	return spec.Errorf(spec.Invalid, "the demo keeps no deployments: its hosts are gone when the program ends")
}
