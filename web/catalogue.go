package web

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// catalogue is what the page of all that can be deployed shows.
type catalogue struct {
	Query  string
	Offers []deploy.Offer
	Hosts  []spec.HostStatus
	Groups []string
	Errs   map[spec.Host]*spec.Error
	Drafts []*draft
	May    rights
}

// offers is what the hosts offered last.
type offers struct {
	mu   sync.Mutex
	last deploy.Catalogue
	of   string // the hosts that were asked
	at   time.Time
}

// offersAge is how old what hosts offer may be: modules do not change often, and a fleet that
// changes is asked at once.
const offersAge = 30 * time.Second

// catalogue is what can be deployed.
func (v *visit) catalogue() (deploy.Catalogue, error) {
	var of strings.Builder
	for _, h := range v.Fleet.Hosts() {
		of.WriteString(string(h.Host) + string(h.Link) + " ")
	}
	o := &v.Desk.offers
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := v.conf.Now(); o.at.IsZero() || now.Sub(o.at) > offersAge || o.of != of.String() || v.r.URL.Query().Has("read") {
		c := deploy.ReadCatalogue(v.r.Context(), v.Fleet)
		if err := v.r.Context().Err(); err != nil {
			return c, err
		}
		o.last, o.of, o.at = c, of.String(), now
	}
	return o.last, nil
}

func cataloguePage(v *visit) error {
	c, err := v.catalogue()
	if err != nil {
		return err
	}
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	out := catalogue{Query: q, Hosts: v.Fleet.Hosts(), Errs: c.Errs, Drafts: v.unfinished()}
	hosts := make([]spec.Host, len(out.Hosts))
	for i := range out.Hosts {
		hosts[i] = out.Hosts[i].Host
	}
	out.May = v.may(hosts)
	for name := range v.Groups {
		out.Groups = append(out.Groups, "@"+name)
	}
	slices.Sort(out.Groups)
	for _, o := range c.Offers {
		if rank(q, &o) >= 0 {
			out.Offers = append(out.Offers, o)
		}
	}
	slices.SortStableFunc(out.Offers, func(a, b deploy.Offer) int { return cmp.Compare(rank(q, &a), rank(q, &b)) })
	return v.show("catalogue", "catalogue", "Deploy", out)
}

// rank says how well an offer fits what is searched: 0 best, -1 not at all.
func rank(q string, o *deploy.Offer) int {
	best := 0
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		r := -1
		for i, text := range []string{o.Provide.Name(), o.Provide.Path.Lifecycle(), o.Provide.Label, string(o.Pattern), strings.Join(o.Provide.Tags, " "), o.Provide.Help} {
			if text = strings.ToLower(text); strings.HasPrefix(text, word) {
				r = i
				break
			} else if r < 0 && strings.Contains(text, word) {
				r = i + 6
			}
		}
		if r < 0 {
			return -1
		}
		best = max(best, r)
	}
	return best
}

// newDraft begins a deployment of a provide on hosts.
func newDraft(v *visit) error {
	c, err := v.catalogue()
	if err != nil {
		return err
	}
	p, _, err := c.Find(spec.Pattern(v.r.PostFormValue("pattern")))
	if err != nil {
		return err
	}
	s := deploy.NewSession(v.Fleet, p)
	s.SetGroups(v.Groups)
	if hosts := deploy.ParseHosts(v.r.PostFormValue("hosts")); len(hosts) > 0 {
		if err := s.DeployOn(hosts); err != nil {
			return err
		}
	}
	d := &draft{}
	if i := slices.IndexFunc(c.Offers, func(o deploy.Offer) bool { return o.Pattern == p }); i >= 0 {
		d.label = c.Offers[i].Provide.Label
	}
	return v.begin(s, d)
}

// begin keeps a draft and goes to its questions.
func (v *visit) begin(s *deploy.Session, d *draft) error {
	d.id, d.session, d.made = newToken()[:12], s, v.conf.Now()
	v.keep(d)
	if err := s.Settle(v.r.Context()); err != nil {
		return err
	}
	return v.goTo("/drafts/" + d.id)
}
