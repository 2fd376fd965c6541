package web

import (
	"cmp"
	"slices"
	"strings"

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
}

func cataloguePage(v *visit) error {
	c := deploy.ReadCatalogue(v.r.Context(), v.Fleet)
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	out := catalogue{Query: q, Hosts: v.Fleet.Hosts(), Errs: c.Errs, Drafts: v.unfinished()}
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

// newDraft begins a deployment: of a provide on hosts, or of what another deployment did.
func newDraft(v *visit) error {
	var s *deploy.Session
	if again := v.r.PostFormValue("again"); again != "" {
		w, err := v.port().Attach(v.r.Context(), again)
		if err != nil {
			return err
		}
		s = w.Session()
		s.SetGroups(v.Groups)
		return v.begin(s, nil)
	}
	c := deploy.ReadCatalogue(v.r.Context(), v.Fleet)
	p, _, err := c.Find(spec.Pattern(v.r.PostFormValue("pattern")))
	if err != nil {
		return err
	}
	s = deploy.NewSession(v.Fleet, p)
	s.SetGroups(v.Groups)
	if hosts := deploy.ParseHosts(v.r.PostFormValue("hosts")); len(hosts) > 0 {
		if err := s.DeployOn(hosts); err != nil {
			return err
		}
	}
	return v.begin(s, nil)
}

// begin keeps a draft and goes to its questions.
func (v *visit) begin(s *deploy.Session, of *carried) error {
	d := &draft{id: newToken()[:12], session: s, made: v.conf.Now(), of: of}
	v.keep(d)
	if err := s.Settle(v.r.Context()); err != nil {
		return err
	}
	return v.goTo("/drafts/" + d.id)
}
