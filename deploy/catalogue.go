package deploy

import (
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Offer is a provide and the hosts on which it can be called.
type Offer struct {
	Pattern spec.Pattern // //Lifecycle//provide, or longer where that is not unique
	Provide spec.Provide // as the first of the hosts describes it
	Hosts   []spec.Host
}

// Catalogue is all that a fleet offers.
type Catalogue struct {
	Offers []Offer // by lifecycle as hosts list them, then in their order
	Errs   map[spec.Host]*spec.Error
	tree   *query.Node
}

// ReadCatalogue asks all hosts what they offer, in parallel.
func ReadCatalogue(ctx context.Context, f Fleet) Catalogue {
	hosts := f.Hosts()
	found := make([][]spec.Provide, len(hosts))
	errs := make([]error, len(hosts))
	each(len(hosts), func(i int) {
		errs[i] = AskHost(ctx, f, hosts[i].Host, func(ctx context.Context, a spec.Agent) (err error) {
			found[i], err = a.Provides(ctx, "//*[@resource='provide']")
			return err
		})
	})
	c := Catalogue{Errs: map[spec.Host]*spec.Error{}, tree: query.NewRoot()}
	at := map[string]int{}
	for i, h := range hosts {
		if errs[i] != nil {
			c.Errs[h.Host] = spec.AsError(errs[i])
			continue
		}
		c.plant(h.Host, found[i])
		for _, p := range found[i] {
			rel := p.Path.Relative()
			j, ok := at[rel]
			if !ok {
				j = len(c.Offers)
				at[rel] = j
				c.Offers = append(c.Offers, Offer{Provide: p})
			}
			c.Offers[j].Hosts = append(c.Offers[j].Hosts, h.Host)
		}
	}
	c.name()
	return c
}

// plant adds a host's provides to the tree that Find searches.
func (c *Catalogue) plant(h spec.Host, provides []spec.Provide) {
	host := c.tree.Add(query.Location, string(h))
	known := map[string]*query.Node{}
	below := func(parent *query.Node, kind query.Kind, path, name string) *query.Node {
		if known[path] == nil {
			known[path] = parent.Add(kind, name)
		}
		return known[path]
	}
	for _, p := range provides {
		lc, st := p.Path.Lifecycle(), p.Path.State()
		l := below(host, query.Lifecycle, lc, lc)
		s := below(l, query.State, lc+"/"+st, st)
		s.Add(query.Provide, p.Name(), query.Attr{Name: "label", Value: p.Label},
			query.Attr{Name: "tags", Value: strings.Join(p.Tags, " ")})
	}
}

// name gives each offer the shortest pattern that means it alone.
func (c *Catalogue) name() {
	count := map[spec.Pattern]int{}
	short := func(p spec.Path) spec.Pattern { return spec.Pattern("//" + p.Lifecycle() + "//" + p.Provide()) }
	for _, o := range c.Offers {
		count[short(o.Provide.Path)]++
	}
	for i := range c.Offers {
		p := c.Offers[i].Provide.Path
		c.Offers[i].Pattern = short(p)
		if count[c.Offers[i].Pattern] > 1 {
			c.Offers[i].Pattern = spec.Pattern("//" + p.Relative())
		}
	}
}

// Find says which provide a pattern means. Where nothing matches exactly, the one
// spelling that differs in case only is taken, and note says so. The error is
// NotFound with near names as hint, or Invalid.
func (c *Catalogue) Find(p spec.Pattern) (found spec.Pattern, note string, err error) {
	if c.tree == nil {
		c.tree = query.NewRoot()
	}
	m, err := query.Find(c.tree, p)
	if err != nil {
		return "", "", err
	}
	provides := slices.DeleteFunc(slices.Clone(m.Nodes), func(n *query.Node) bool { return n.Kind() != query.Provide })
	switch {
	case m.None() != nil:
		return "", "", c.none(m)
	case len(provides) == 0:
		return "", "", spec.Errorf(spec.NotFound, "%s is a %s, not a provide", p, m.Nodes[0].Kind()).
			WithHint("name the provide too, such as %s", c.offersOf(m.Nodes[0]))
	case m.Folded != "":
		return m.Folded, string(p) + " is taken as " + string(m.Folded), nil
	}
	return p, "", nil
}

// none says that a pattern matches nothing, with the patterns of what may have been meant: a
// path would be of one host.
func (c *Catalogue) none(m query.Match) error {
	var names []string
	for _, p := range m.Near {
		for _, o := range c.Offers {
			if o.Provide.Path.Relative() == p.Relative() && !slices.Contains(names, string(o.Pattern)) {
				names = append(names, string(o.Pattern))
			}
		}
	}
	if len(names) == 0 {
		return m.None()
	}
	return spec.Errorf(spec.NotFound, "%s matches nothing", m.Pattern).WithHint("did you mean %s?", strings.Join(names, ", "))
}

// HostsOf are the hosts that offer what a pattern that was found means.
func (c *Catalogue) HostsOf(p spec.Pattern) []spec.Host {
	m, err := query.Find(c.tree, p)
	if err != nil {
		return nil // it was found
	}
	var out []spec.Host
	for _, n := range m.Nodes {
		if h := n.Path().Host(); !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// offersOf names the provides below a resource.
func (c *Catalogue) offersOf(n *query.Node) string {
	var names []string
	for _, o := range c.Offers {
		if n.Kind() == query.Location || o.Provide.Path.Lifecycle() == n.Path().Lifecycle() {
			names = append(names, string(o.Pattern))
		}
	}
	if len(names) == 0 {
		return "//Lifecycle//provide"
	}
	return strings.Join(names[:min(3, len(names))], ", ")
}
