package rollout

import (
	"slices"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Plan is what is to be carried out, with all that is needed to do so without planning again.
type Plan struct {
	Tasks   []PlannedTask      `json:"tasks"`
	Nodes   []Node             `json:"nodes,omitempty"` // parents first
	Answers []Answer           `json:"answers,omitempty"`
	Batches []resolver.Batches `json:"batches,omitempty"`
	Hosts   []spec.Host        `json:"hosts,omitempty"` // of a rollback of some hosts: those
}

// PlannedTask is a task with what is known of it before it runs.
type PlannedTask struct {
	resolver.Task
	Usual  []time.Duration `json:"usual,omitempty"`  // how long its steps usually take; 0 if that is not known
	Shown  [][]string      `json:"shown,omitempty"`  // what the operator was shown of it, see spec.Shown; nil if nothing
	Undoes resolver.TaskID `json:"undoes,omitempty"` // the task whose steps it takes back
	Takes  []int           `json:"takes,omitempty"`  // which of those, by their index, for each of its own steps

	// Before is what the states that the task enters again or leaves were entered with, so
	// that this can be taken back.
	Before []spec.Applied `json:"before,omitempty"`
}

// Node is a node of the deployment's tree, as front ends draw it.
type Node struct {
	ID        resolver.NodeID `json:"id"`
	Provide   spec.Path       `json:"provide"`
	Via       string          `json:"via,omitempty"` // the require of its parent that it meets
	State     string          `json:"state,omitempty"`
	By        string          `json:"by,omitempty"` // the provide of its parent that requires it
	Index     int             `json:"index,omitempty"`
	Of        int             `json:"of,omitempty"`
	Parent    resolver.NodeID `json:"parent,omitempty"`
	CalledAs  resolver.NodeID `json:"called_as,omitempty"`
	Unmanaged bool            `json:"unmanaged,omitempty"`
	Simulated bool            `json:"simulated,omitempty"`
}

// Answer is a decision, kept so that the deployment can be planned again.
type Answer struct {
	Node  resolver.NodeID `json:"node"`
	Kind  resolver.Kind   `json:"kind"`
	Name  string          `json:"name,omitempty"`
	Text  bool            `json:"text,omitempty"`  // Value is what was typed, of a type that is not known
	Typed bool            `json:"typed,omitempty"` // see resolver.Answer
	Value any             `json:"value"`
}

// newPlan takes what is to be carried out from a session that has a plan.
func newPlan(s *deploy.Session, shown map[resolver.TaskID]deploy.TaskPreview) *Plan {
	res := s.Result()
	p := &Plan{Nodes: nodesOf(res), Answers: answersOf(s.Answers()), Batches: res.Plan.Batches,
		Tasks: make([]PlannedTask, 0, len(res.Plan.Tasks))}
	for _, t := range res.Plan.Tasks {
		x := PlannedTask{Task: t, Usual: make([]time.Duration, len(t.Steps))}
		for i, step := range t.Steps {
			x.Usual[i] = s.Usual(t.Host, t.Lifecycle, step)
			if step.Again || step.Action == spec.Leave {
				x.Before = append(x.Before, appliedBefore(s, t, step.State)...)
			}
		}
		p.Tasks = append(p.Tasks, x)
	}
	p.show(shown)
	return p
}

// Usual is how long a session's plan usually takes, 0 if there is none, or one of its steps was
// never done before.
func Usual(s *deploy.Session) time.Duration {
	if s.Result().Plan == nil {
		return 0
	}
	state := &State{}
	state.Apply(Record{Kind: RecordMade, Made: &Made{}})
	state.Apply(Record{Kind: RecordPlanned, Plan: newPlan(s, nil)})
	return state.Snapshot(time.Time{}).Left
}

// show holds the first task of each host to what was shown of it: what others find there
// was not seen.
func (p *Plan) show(previews map[resolver.TaskID]deploy.TaskPreview) {
	seen := map[spec.Host]bool{}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		if x, ok := previews[t.ID]; ok && x.Err == nil && !seen[t.Host] {
			t.Shown = spec.Shown(x.Steps)
		}
		seen[t.Host] = true
	}
}

// unpin has hosts carry the plan out with the modules of then, if that is wanted.
func (p *Plan) unpin(opt Options) {
	for i := range p.Tasks {
		if opt.Unpinned {
			p.Tasks[i].Module = ""
		}
	}
}

func appliedBefore(s *deploy.Session, t resolver.Task, state string) []spec.Applied {
	applied := slices.Clone(s.Applied(t.Host, t.Lifecycle))
	return slices.DeleteFunc(applied, func(a spec.Applied) bool { return a.State != state })
}

func nodesOf(res *resolver.Result) []Node {
	out := make([]Node, 0, len(res.Nodes))
	for _, n := range res.Nodes {
		x := Node{ID: n.ID, Provide: n.Provide.Path, Unmanaged: n.Unmanaged, Simulated: n.Provide.Simulated,
			Via: n.Via.Require.Name, State: n.Via.State, By: n.Via.Provide, Index: n.Via.Index, Of: n.Via.Of}
		if n.Parent != nil {
			x.Parent = n.Parent.ID
		}
		if n.CalledAs != nil {
			x.CalledAs = n.CalledAs.ID
		}
		out = append(out, x)
	}
	return out
}

// Tree is the tree of nodes as the resolver has it, for front ends: what asked for answers
// is not in it. It is nil for a plan without nodes.
func (p *Plan) Tree() *resolver.Node {
	byID := make(map[resolver.NodeID]*resolver.Node, len(p.Nodes))
	for _, x := range p.Nodes {
		n := &resolver.Node{ID: x.ID, Host: x.Provide.Host(), Unmanaged: x.Unmanaged, Provide: spec.Provide{Path: x.Provide, Simulated: x.Simulated}}
		n.Via = resolver.Via{State: x.State, Provide: x.By, Require: spec.Require{Name: x.Via}, Index: x.Index, Of: x.Of}
		if n.Parent = byID[x.Parent]; n.Parent != nil && x.ID != resolver.Root {
			n.Parent.Children = append(n.Parent.Children, n)
		}
		byID[x.ID] = n
	}
	for _, x := range p.Nodes {
		byID[x.ID].CalledAs = byID[x.CalledAs]
	}
	return byID[resolver.Root]
}

func answersOf(all resolver.Answers) []Answer {
	out := make([]Answer, 0, len(all))
	for k, a := range all {
		x := Answer{Node: k.Node, Kind: k.Kind, Name: k.Name, Typed: a.Typed, Value: a.Value}
		switch v := a.Value.(type) {
		case resolver.Text:
			x.Value, x.Text = string(v), true
		case spec.Host:
			x.Value = string(v)
		case []spec.Host:
			list := make([]any, len(v))
			for i, h := range v {
				list[i] = string(h)
			}
			x.Value = list
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Answer) int { return resolver.CompareKeys(a.key(), b.key()) })
	return out
}

func (a Answer) key() resolver.Key { return resolver.Key{Node: a.Node, Kind: a.Kind, Name: a.Name} }

// Decisions are the answers as the resolver takes them.
func (p *Plan) Decisions() resolver.Answers {
	out := resolver.Answers{}
	for _, a := range p.Answers {
		x := resolver.Answer{Value: a.Value, Typed: a.Typed, Replayed: true}
		switch text, isText := a.Value.(string); {
		case a.Text && isText:
			x.Value = resolver.Text(text)
		case a.Kind == resolver.AskHost && isText:
			x.Value = spec.Host(text)
		case a.Kind == resolver.AskHosts:
			list, _ := a.Value.([]any)
			hosts := make([]spec.Host, 0, len(list))
			for _, h := range list {
				if s, ok := h.(string); ok {
					hosts = append(hosts, spec.Host(s))
				}
			}
			x.Value = hosts
		}
		out[a.key()] = x
	}
	return out
}
