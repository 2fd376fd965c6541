package resolver_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// difference is one between the original and ours.
type difference struct {
	what  string // "not asked", "asked", "suggestion", "reason", "value", "call", …
	text  string
	p     *player
	res   *resolver.Result
	key   resolver.Key // of ours
	node  *resolver.Node
	v     *oracleVariable // of the original, where it is about a variable
	q     *resolver.Question
	ours  any // value
	typed any // value of the original's

	theirs *oracleCall
	ran    []oracleCall // ours before
}

// oracleRule is a difference that is meant: what section 0 of the facts says of it, and
// how it is recognised, from what the two do alone.
type oracleRule struct {
	name, says string
	holds      func(d *difference) bool
}

var resolverRules = []oracleRule{
	{"51", "everything is planned before anything is called: a variable that takes another one's value has it when that is known, and is not asked",
		func(d *difference) bool {
			return d.what == "not asked" && d.v != nil && d.v.SetBy != "" && d.q != nil && d.q.Source == resolver.FromXPath
		}},
	{"52", "where a node is that is not managed is asked with the node, not with its requirer",
		func(d *difference) bool {
			if d.what != "order" || d.key.Kind != resolver.AskHost {
				return false
			}
			n := d.res.Node(d.key.Node)
			return n != nil && n.Unmanaged
		}},
	{"66", "the same node wanted twice is called once",
		func(d *difference) bool {
			return d.what == "call" && d.theirs != nil && d.theirs.provide != "enter" && d.merged()
		}},
	{"70", "a value that a provide returned is never overridden by a suggestion (B7)",
		func(d *difference) bool {
			return d.what == "value" && d.v != nil && d.v.ProvideRet && d.v.ResolvedBy != "" && d.isReturned() && same(d.typed, d.v.Value)
		}},
	{"46", "hosts are RFC 1123 names with dots and dashes: the original asks without end for another one, and never takes it (B7)",
		func(d *difference) bool {
			if d.what != "not asked" || d.v == nil || d.v.Error == nil || d.v.Type != "armonic_host" {
				return false
			}
			_, err := spec.Variable{Type: spec.Type{Kind: spec.KindHost}}.Convert(d.v.Value)
			return err == nil && d.v.ResolvedBy != "" && d.returnedBelow()
		}},
	{"42", "a list is no text: it is not taken for one",
		func(d *difference) bool {
			return d.what == "value" && d.v != nil && d.v.Type == "str" && d.p.isList(d.v.ResolvedBy) && same(d.typed, d.v.Value) && d.q != nil && d.q.Open()
		}},
}

// isList reports whether a variable that the original asked or filled is a list.
func (p *player) isList(xpath string) bool {
	for _, all := range p.last {
		for _, v := range all {
			if v.XPath == xpath {
				return v.Type == "armonic_hosts"
			}
		}
	}
	return false
}

// merged reports whether a call that the original repeats was made by ours before, with the
// same values, for another node that is called as that.
func (d *difference) merged() bool {
	for i := range d.ran {
		before := &d.ran[i]
		if before.String() != d.theirs.String() || !sameValues(before.values, d.theirs.values) {
			continue
		}
		for _, n := range d.res.Nodes {
			if n.CalledAs == before.node {
				return true
			}
		}
	}
	return false
}

func sameValues(ours, theirs map[string]any) bool {
	if len(ours) != len(theirs) {
		return false
	}
	for name, x := range ours {
		if y, ok := theirs[name]; !ok || !same(x, y) {
			return false
		}
	}
	return true
}

// isReturned reports whether our value is what the call of the child returned.
func (d *difference) isReturned() bool {
	for _, c := range d.node.Children {
		x, _ := d.p.w.returned(c.ID)
		if c.CalledAs != nil {
			x, _ = d.p.w.returned(c.CalledAs.ID)
		}
		m, _ := x.(map[string]any)
		if strings.Contains(d.v.XPath, "/"+c.Via.Require.Name+"/") && same(d.ours, m[d.v.Name]) && d.ours != nil {
			return true
		}
	}
	return false
}

// returnedBelow reports whether ours takes the value from what a call below returns.
func (d *difference) returnedBelow() bool {
	for _, s := range d.node.Steps {
		for req, sets := range s.Inputs {
			for i, set := range sets {
				_, deferred := set[d.v.Name].(value.Deferred)
				if deferred && strings.HasSuffix(d.v.rel(), "/"+spec.Indexed(req, i)+"/"+d.v.Name) {
					return true
				}
			}
		}
	}
	return false
}

// oracleReport counts what was compared, and the differences by their rule.
type oracleReport struct {
	cases, asked, calls int
	allowed             map[string]int
	found               []string
}

func (r *oracleReport) differ(d difference) {
	for _, rule := range resolverRules {
		if rule.holds(&d) {
			r.allowed[rule.name]++
			return
		}
	}
	r.found = append(r.found, d.what+": "+d.text)
}

// take gives the differences that no rule allows.
func (r *oracleReport) take() []string {
	out := r.found
	r.found = nil
	return out
}

func (r *oracleReport) print() {
	fmt.Printf("oracle: resolver: %d cases, %d questions, %d calls\n", r.cases, r.asked, r.calls)
	for _, name := range slices.Sorted(maps.Keys(r.allowed)) {
		i := slices.IndexFunc(resolverRules, func(x oracleRule) bool { return x.name == name })
		fmt.Printf("oracle: %5d differences by %s: %s\n", r.allowed[name], name, resolverRules[i].says)
	}
}
