package web

import (
	"cmp"
	"slices"
	"strings"

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
}

// mostRows is how many rows a page has.
const mostRows = 300

func historyPage(v *visit) error {
	views, _ := v.look(v.r.Context(), v.conf.Now(), surveyAge)
	h := history{Query: strings.TrimSpace(v.r.URL.Query().Get("q"))}
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

// found is a line of the log of a deployment.
type found struct {
	logLine
	ID   spec.DeploymentID
	Name string
}

// logs is what the page of all logs shows.
type logs struct {
	Query string
	Level string
	Rows  []found
	More  int
}

// logsPage searches the logs of all deployments: of those that are carried out here what the
// hosts say, of others what was recorded of them.
func logsPage(v *visit) error {
	l := logs{Query: strings.TrimSpace(v.r.URL.Query().Get("q")), Level: v.r.URL.Query().Get("level")}
	take := func(id spec.DeploymentID, name string, lines []rollout.LogLine) {
		for _, x := range logLines(lines) {
			if l.Level == "error" && x.Level != spec.LevelError || l.Level == "warn" && x.Level == spec.LevelInfo {
				continue
			}
			if matches(l.Query, string(x.Host), x.Step, x.Text, name) {
				l.Rows = append(l.Rows, found{x, id, name})
			}
		}
	}
	own := map[spec.DeploymentID]bool{}
	for _, c := range v.all() {
		lines, _ := c.Logs(0)
		own[c.ID()] = true
		take(c.ID(), c.Snapshot().Name, lines)
	}
	if v.Logs != nil {
		ids, err := v.Logs.IDs()
		if err != nil {
			return err
		}
		for _, id := range ids {
			records, err := v.Logs.Read(id)
			if own[id] || err != nil { // what cannot be read is said in the list of deployments
				continue
			}
			state := rollout.Replay(records)
			take(id, state.Name, told(state, records, 0))
		}
	}
	slices.SortStableFunc(l.Rows, func(a, b found) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.N, a.N)) })
	if len(l.Rows) > mostRows {
		l.More, l.Rows = len(l.Rows)-mostRows, l.Rows[:mostRows]
	}
	return v.show("logs", "logs", "Logs", l)
}
