package web

import (
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// past is one thing that was done on a host.
type past struct {
	spec.Called
	Host       spec.Host
	Lifecycle  string
	Deployment spec.DeploymentID
}

// history is what the page of what was done shows.
type history struct {
	Query string
	Rows  []past
	More  int
	Asked time.Time // when the hosts said so
}

// historyAge is how old what hosts said may be.
const historyAge = 15 * time.Second

func historyPage(v *visit) error {
	age := historyAge
	if v.r.URL.Query().Has("read") {
		age = 0
	}
	said := v.look(v.r.Context(), v.conf.Now(), age)
	views := said.views
	h := history{Query: strings.TrimSpace(v.r.URL.Query().Get("q")), Asked: said.at}
	for i := range views {
		for _, s := range views[i].Stacks {
			for _, c := range s.Calls {
				p := past{c, views[i].Host, s.Path.Lifecycle(), rollout.DeploymentOf(c.By)}
				if matches(h.Query, string(p.Host), p.Lifecycle, c.State, c.Provide, c.Who, string(p.Deployment)) {
					h.Rows = append(h.Rows, p)
				}
			}
		}
	}
	slices.SortStableFunc(h.Rows, func(a, b past) int { return b.At.Compare(a.At) })
	if len(h.Rows) > mostRows {
		h.More, h.Rows = len(h.Rows)-mostRows, h.Rows[:mostRows]
	}
	return v.show("history", "history", "History", h)
}

// matches reports whether every word of a search is in one of some texts.
func matches(q string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
