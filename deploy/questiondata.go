package deploy

import (
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// QuestionData is a question for front ends that are other programs: all that the ones of
// Armonic show of it. The keys of its JSON are described in docs/answers.md.
type QuestionData struct {
	Node resolver.NodeID `json:"node"`
	Kind resolver.Kind   `json:"kind"`
	Name string          `json:"name,omitempty"` // with node and kind it names the question
	Path spec.Path       `json:"path,omitempty"`
	Host spec.Host       `json:"host,omitempty"`

	Status  resolver.Status `json:"status"`
	Value   any             `json:"value"`            // in force; secrets hidden; null if there is none
	Source  resolver.Source `json:"source,omitempty"` // of the value
	Why     string          `json:"why,omitempty"`    // of the source
	Problem string          `json:"problem,omitempty"`
	Hint    string          `json:"hint,omitempty"`
	Open    bool            `json:"open"` // somebody should answer

	Fixed    bool `json:"fixed,omitempty"` // shown, but not to be answered
	Required bool `json:"required"`        // it cannot be without a value
	Expert   bool `json:"expert,omitempty"`

	Label        string   `json:"label,omitempty"`
	Help         string   `json:"help,omitempty"`
	ValueType    string   `json:"value_type,omitempty"`
	Pattern      string   `json:"pattern,omitempty"`
	PatternError string   `json:"pattern_error,omitempty"`
	Min          *float64 `json:"min,omitempty"` // of the value; of hosts and count how many
	Max          *float64 `json:"max,omitempty"` // absent: any number
	OneOf        []any    `json:"one_of,omitempty"`
	Secret       bool     `json:"secret,omitempty"`

	Suggestions []SuggestionData `json:"suggestions,omitempty"` // best first
	Options     []OptionData     `json:"options,omitempty"`     // what there is to choose from
	Because     []ReasonData     `json:"because"`               // from the root to the node
	MergedWith  resolver.NodeID  `json:"merged_with,omitempty"` // the node is not called: that one is, for both
}

// SuggestionData is a value that could be taken.
type SuggestionData struct {
	Value any    `json:"value"`
	Why   string `json:"why"`
}

// OptionData is one choice.
type OptionData struct {
	Value    any    `json:"value"`
	Note     string `json:"note,omitempty"`
	Disabled bool   `json:"disabled,omitempty"` // it cannot be chosen; the note says why
}

// ReasonData is a step of the chain for which something is asked: a node, and by which
// require of the node before it, it is needed.
type ReasonData struct {
	Node    resolver.NodeID `json:"node"`
	Require string          `json:"require,omitempty"` // "State.provide.require", "" of the root
	Provide string          `json:"provide"`           // "Lifecycle/State/provide", or the pattern while that is open
	Host    spec.Host       `json:"host,omitempty"`
}

// NodeData is a node of the tree.
type NodeData struct {
	ReasonData
	Parent     resolver.NodeID `json:"parent,omitempty"`
	Unmanaged  bool            `json:"unmanaged,omitempty"`
	MergedWith resolver.NodeID `json:"merged_with,omitempty"`
	Checks     resolver.NodeID `json:"checks,omitempty"` // the node of which it sees whether what it did is well
	Missing    int             `json:"missing"`
	Wrong      int             `json:"wrong"`
}

// Questions gives all questions as data, in the order of asking.
func (s *Session) Questions() []QuestionData {
	res := s.Result()
	out := make([]QuestionData, len(res.Questions))
	for i := range res.Questions {
		out[i] = questionData(res, &res.Questions[i])
	}
	return out
}

// Nodes gives the tree as data, parents first.
func (s *Session) Nodes() []NodeData {
	res := s.Result()
	out := make([]NodeData, len(res.Nodes))
	for i, n := range res.Nodes {
		out[i] = NodeData{ReasonData: reasonData(n), Unmanaged: n.Unmanaged, MergedWith: mergedWith(n), Missing: n.Missing, Wrong: n.Wrong}
		if n.Parent != nil {
			out[i].Parent = n.Parent.ID
		}
		if n.Checks != nil {
			out[i].Checks = n.Checks.ID
		}
	}
	return out
}

func questionData(res *resolver.Result, q *resolver.Question) QuestionData {
	v := &q.Var
	d := QuestionData{Node: q.Key.Node, Kind: q.Key.Kind, Name: q.Key.Name, Path: q.Path, Host: q.Host,
		Status: q.Status, Source: q.Source, Why: q.Why, Problem: q.Problem, Hint: q.Hint, Open: q.Open(),
		Fixed: q.Fixed, Required: !q.Optional && !q.Fixed, Expert: v.Expert,
		Label: v.Label, Help: v.Help, Pattern: v.Pattern, PatternError: v.PatternError, Min: v.Min, Max: v.Max,
		OneOf: v.OneOf, Secret: v.Hidden()}
	if v.Type.Kind != "" {
		d.ValueType = v.Type.String()
	}
	hide := func(x any) any {
		if x != nil && v.Hidden() && !value.IsDeferred(x) {
			return value.Secret("")
		}
		return x
	}
	d.Value = hide(q.Value)
	if q.Key.Kind == resolver.AskHosts || q.Key.Kind == resolver.AskCount {
		least, most := float64(q.Min), float64(q.Max)
		if d.Min = &least; q.Max > 0 && q.Max < spec.Many {
			d.Max = &most
		}
	}
	for _, s := range q.Suggestions {
		d.Suggestions = append(d.Suggestions, SuggestionData{hide(s.Value), s.Why})
	}
	for _, o := range q.Options {
		d.Options = append(d.Options, OptionData(o))
	}
	n := res.Node(q.Key.Node)
	d.MergedWith = mergedWith(n)
	for ; n != nil; n = n.Parent {
		d.Because = append([]ReasonData{reasonData(n)}, d.Because...)
	}
	return d
}

func reasonData(n *resolver.Node) ReasonData {
	r := ReasonData{Node: n.ID, Provide: n.Provide.Path.Relative(), Host: n.Host}
	if n.Provide.Path == "" {
		r.Provide = string(n.Pattern)
	}
	if n.Parent != nil {
		r.Require = n.Via.Name()
	}
	return r
}

func mergedWith(n *resolver.Node) resolver.NodeID {
	if n == nil || n.CalledAs == nil {
		return ""
	}
	return n.CalledAs.ID
}
