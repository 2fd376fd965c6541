package deploy

import (
	"errors"
	"fmt"
	"io"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/yamltext"
)

// SaveAnswers writes all decisions, and the suggestions in force where nothing was
// decided, so that replaying asks nothing. keys may be nil: then secrets are left out.
func (s *Session) SaveAnswers(w io.Writer, keys value.Sealer) error {
	return s.save(w, savedNode{keys: keys})
}

// SaveDraft writes only what was decided, so that replaying asks the rest.
func (s *Session) SaveDraft(w io.Writer, keys value.Sealer) error {
	return s.save(w, savedNode{keys: keys, draft: true})
}

func (s *Session) save(w io.Writer, empty savedNode) error {
	nodes := yamltext.NewTable()
	res := s.Result()
	for _, n := range res.Nodes {
		form := empty
		for i := range res.Questions {
			if q := &res.Questions[i]; q.Key.Node == n.ID {
				if err := form.add(q); err != nil {
					return err
				}
			}
		}
		if t := form.table(); len(t.Table) > 0 {
			nodes.Put(string(n.ID), t)
		}
	}
	top := yamltext.NewTable()
	top.Put("armonic", yamltext.NewBare(answersVersion))
	top.Put("provide", yamltext.NewText(string(s.root)))
	top.Put("nodes", nodes)
	_, err := fmt.Fprintf(w, "# Answers of a deployment. Replay them with: armonic deploy '%s' --answers FILE\n%s", s.root, top.Write())
	return err
}

// savedNode gathers the decisions about one node.
type savedNode struct {
	keys                        value.Sealer
	draft                       bool // only what was decided
	manage, host, hosts, choose *yamltext.Node
	path, call                  *yamltext.Node
	requires, roll              yamltext.Node
	values, returns             yamltext.Node
}

// table is the node as the file has it.
func (f *savedNode) table() *yamltext.Node {
	t := yamltext.NewTable()
	for _, x := range []struct {
		key string
		v   *yamltext.Node
	}{{"manage", f.manage}, {"host", f.host}, {"hosts", f.hosts}, {"choose", f.choose}, {"path", f.path}, {"call", f.call}} {
		if x.v != nil {
			t.Put(x.key, x.v)
		}
	}
	for _, x := range []struct {
		key string
		v   *yamltext.Node
	}{{"requires", &f.requires}, {"roll", &f.roll}, {"values", &f.values}, {"returns", &f.returns}} {
		if len(x.v.Table) > 0 {
			x.v.Kind = yamltext.Table
			t.Put(x.key, x.v)
		}
	}
	return t
}

func (f *savedNode) add(q *resolver.Question) error {
	none := q.Value == nil && !(q.Optional && q.Key.Kind == resolver.AskValue)
	if f.draft && q.Source != resolver.You && q.Source != resolver.Replayed && q.Source != resolver.Generated {
		return nil
	}
	if q.Fixed || none || q.Status == resolver.Wrong || q.Status == resolver.AtRun {
		return nil
	}
	switch q.Key.Kind {
	case resolver.AskManage:
		if q.Value == false {
			f.manage = yamltext.NewBare("false")
		}
	case resolver.AskCall:
		if q.Value == false {
			f.call = yamltext.NewBare("false")
		}
	case resolver.AskPath:
		if q.Settled() {
			f.path = yamltext.NewBare(fmt.Sprint(q.Value))
		}
	case resolver.AskHost:
		f.host = yamltext.NewText(fmt.Sprint(q.Value))
	case resolver.AskChoose:
		f.choose = yamltext.NewText(fmt.Sprint(q.Value))
	case resolver.AskHosts:
		hosts, _ := resolver.Answer{Value: q.Value}.Hosts()
		names := &yamltext.Node{Kind: yamltext.List}
		for _, h := range hosts {
			names.Items = append(names.Items, yamltext.NewText(string(h)))
		}
		if q.Key == resolver.RootHosts() {
			f.hosts = names
			break
		}
		f.requires.Put(q.Key.Name, names)
	case resolver.AskCount:
		if q.Settled() {
			f.requires.Put(q.Key.Name, yamltext.NewBare(fmt.Sprint(q.Value)))
		}
	case resolver.AskRoll:
		if q.Settled() {
			f.roll.Put(q.Key.Name, yamltext.NewText(fmt.Sprint(q.Value)))
		}
	case resolver.AskValue:
		if q.Source != resolver.Bound && q.Source != resolver.FromXPath {
			return f.value(&f.values, q)
		}
	case resolver.AskReturn:
		return f.value(&f.returns, q)
	}
	return nil
}

func (f *savedNode) value(to *yamltext.Node, q *resolver.Question) error {
	v, err := saved(q.Value, f.keys)
	if err == nil {
		to.Put(q.Key.Name, v)
	}
	if errors.Is(err, errNoKeys) {
		return nil // left out: replaying will ask
	}
	return err
}
