package deploy

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// answersVersion is the version of the file's format.
const answersVersion = 1

// AnswersFile is a saved deployment: every decision, as YAML that a person can
// read and edit. See docs/answers.md.
type AnswersFile struct {
	Name    string // of the file, for messages
	Provide spec.Pattern
	Answers resolver.Answers
}

// fileForm is the file as written.
type fileForm struct {
	Armonic int                 `yaml:"armonic"`
	Provide string              `yaml:"provide"`
	Nodes   map[string]nodeForm `yaml:"nodes"`
}

// nodeForm holds the decisions about one node of the tree.
type nodeForm struct {
	Manage   *bool          `yaml:"manage,omitempty"`
	Host     string         `yaml:"host,omitempty"`
	Choose   string         `yaml:"choose,omitempty"`
	Requires map[string]any `yaml:"requires,omitempty"`
	Values   map[string]any `yaml:"values,omitempty"`
	Returns  map[string]any `yaml:"returns,omitempty"`
}

// LoadAnswers reads an answers file. keys may be nil if it has no secrets. The
// error is spec.Invalid and says where in the file.
func LoadAnswers(r io.Reader, name string, keys value.Sealer) (*AnswersFile, error) {
	text, err := spec.ReadTextFrom(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	var f fileForm
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return nil, spec.Errorf(spec.Invalid, "%s is not an answers file: %s", name, spec.Excerpt(yaml.FormatError(err, false, true))).
			WithHint("write a new one with --save and compare")
	}
	switch {
	case f.Armonic == 0:
		return nil, spec.Errorf(spec.Invalid, "%s is not an answers file: it has no line \"armonic: %d\"", name, answersVersion).
			WithHint("write one with --save")
	case f.Armonic != answersVersion:
		return nil, spec.Errorf(spec.Invalid, "%s has format %d, this version reads %d", name, f.Armonic, answersVersion)
	case f.Provide == "":
		return nil, spec.Errorf(spec.Invalid, "%s does not name its provide", name).WithHint("add a line such as: provide: //WebSite//start")
	}
	out := &AnswersFile{Name: name, Provide: spec.Pattern(f.Provide), Answers: resolver.Answers{}}
	for _, id := range slices.Sorted(maps.Keys(f.Nodes)) {
		if err := out.add(resolver.NodeID(id), f.Nodes[id], keys); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *AnswersFile) add(id resolver.NodeID, n nodeForm, keys value.Sealer) error {
	put := func(kind resolver.Kind, name string, v any) {
		f.Answers[resolver.Key{Node: id, Kind: kind, Name: name}] = resolver.Answer{Value: v, Replayed: true}
	}
	if n.Manage != nil {
		put(resolver.AskManage, "", *n.Manage)
	}
	if n.Host != "" {
		put(resolver.AskHost, "", spec.Host(n.Host))
	}
	if n.Choose != "" {
		put(resolver.AskChoose, "", n.Choose)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Requires)) {
		switch v := n.Requires[name].(type) {
		case []any:
			hosts := make([]spec.Host, len(v))
			for i, h := range v {
				hosts[i] = spec.Host(fmt.Sprint(h))
			}
			put(resolver.AskHosts, name, hosts)
		case uint64, int64, int:
			put(resolver.AskCount, name, v)
		default:
			return spec.Errorf(spec.Invalid, "%s: requires/%s of node %s must be a list of hosts or a number, is %s", f.Name, name, id, spec.Excerpt(fmt.Sprint(v)))
		}
	}
	for _, part := range []struct {
		kind   resolver.Kind
		values map[string]any
	}{{resolver.AskValue, n.Values}, {resolver.AskReturn, n.Returns}} {
		for _, name := range slices.Sorted(maps.Keys(part.values)) {
			v, err := unseal(part.values[name], keys)
			if err != nil {
				return fmt.Errorf("%s: %s of node %s: %w", f.Name, name, id, err)
			}
			put(part.kind, name, v)
		}
	}
	return nil
}

// SaveAnswers writes all decisions, and the suggestions in force where nothing was
// decided, so that replaying asks nothing. keys may be nil: then secrets are left out.
func (s *Session) SaveAnswers(w io.Writer, keys value.Sealer) error {
	nodes := yaml.MapSlice{}
	res := s.Result()
	for _, n := range res.Nodes {
		var form nodeForm
		for i := range res.Questions {
			if q := &res.Questions[i]; q.Key.Node == n.ID {
				if err := form.save(q, keys); err != nil {
					return err
				}
			}
		}
		if !form.empty() {
			nodes = append(nodes, yaml.MapItem{Key: string(n.ID), Value: form})
		}
	}
	out, err := yaml.MarshalWithOptions(yaml.MapSlice{
		{Key: "armonic", Value: answersVersion},
		{Key: "provide", Value: string(s.root)},
		{Key: "nodes", Value: nodes},
	}, yaml.IndentSequence(true))
	if err != nil {
		return fmt.Errorf("cannot write the answers: %w", err)
	}
	_, err = fmt.Fprintf(w, "# Answers of a deployment. Replay them with: armonic deploy '%s' --answers FILE\n%s", s.root, out)
	return err
}

func (f *nodeForm) save(q *resolver.Question, keys value.Sealer) error {
	none := q.Value == nil && !(q.Optional && q.Key.Kind == resolver.AskValue)
	if q.Fixed || none || q.Status == resolver.Wrong || q.Status == resolver.AtRun {
		return nil
	}
	switch q.Key.Kind {
	case resolver.AskManage:
		if q.Value == false {
			f.Manage = new(bool)
		}
	case resolver.AskHost:
		f.Host = fmt.Sprint(q.Value)
	case resolver.AskChoose:
		f.Choose = fmt.Sprint(q.Value)
	case resolver.AskHosts:
		hosts, _ := resolver.Answer{Value: q.Value}.Hosts()
		names := make([]string, len(hosts))
		for i, h := range hosts {
			names[i] = string(h)
		}
		put(&f.Requires, q.Key.Name, names)
	case resolver.AskCount:
		if q.Settled() {
			put(&f.Requires, q.Key.Name, q.Value)
		}
	case resolver.AskValue:
		if q.Source != resolver.Bound && q.Source != resolver.FromXPath {
			return saveValue(&f.Values, q, keys)
		}
	case resolver.AskReturn:
		return saveValue(&f.Returns, q, keys)
	}
	return nil
}

func saveValue(m *map[string]any, q *resolver.Question, keys value.Sealer) error {
	v, err := sealed(q.Value, keys)
	if err == nil {
		put(m, q.Key.Name, v)
	}
	if errors.Is(err, errNoKeys) {
		return nil // left out: replaying will ask
	}
	return err
}

func put(m *map[string]any, k string, v any) {
	if *m == nil {
		*m = map[string]any{}
	}
	(*m)[k] = v
}

func (f *nodeForm) empty() bool {
	return f.Manage == nil && f.Host == "" && f.Choose == "" && len(f.Requires)+len(f.Values)+len(f.Returns) == 0
}

// Replay takes the answers of a file. The error is spec.Invalid if it is for
// another provide.
func (s *Session) Replay(f *AnswersFile) error {
	if absolute(f.Provide) != absolute(s.root) {
		return spec.Errorf(spec.Invalid, "%s answers %s, not %s", f.Name, f.Provide, s.root).
			WithHint("deploy %s, or save a file for %s", f.Provide, s.root)
	}
	s.remember()
	for k, a := range f.Answers {
		s.answers[k] = a
	}
	s.result = nil
	return nil
}

// absolute writes a relative pattern as the one from anywhere that it stands for.
func absolute(p spec.Pattern) spec.Pattern {
	if strings.HasPrefix(string(p), "/") {
		return p
	}
	return "//" + p
}

// UnusedReplayed lists the answers from a file that no question asked for, as
// "node: name". With known, only those of nodes that there are: the others may be
// left from before an answer was changed.
func (s *Session) UnusedReplayed(known bool) []string {
	var out []string
	for _, k := range s.Result().Unused {
		if !s.answers[k].Replayed || known && s.Result().Node(k.Node) == nil {
			continue
		}
		if _, stands := s.standingAnswer(k); stands {
			continue
		}
		name := k.Name
		if name == "" {
			name = string(k.Kind)
		}
		out = append(out, string(k.Node)+": "+name)
	}
	slices.Sort(out)
	return out
}
