package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// past is one thing that was done on a host.
type past struct {
	deploy.Past
	Deployment spec.DeploymentID
}

// history is what the page of what was done shows.
type history struct {
	Query        string
	Rows         []past
	Newer, Older string    // where to go on; "" if there is nothing
	Asked        time.Time // when the hosts said so

	Missing []spec.Host // that did not answer
}

// historyAge is how old what hosts said may be.
const historyAge = 15 * time.Second

// rememberedPast is all that the hosts have told of their past, the newest first.
type rememberedPast struct {
	mu      sync.Mutex // held while they are asked
	past    []deploy.Past
	missing []spec.Host // that did not answer
	at      time.Time
	links   string // of the hosts then
}

// history asks all hosts for their past, unless they told it just now and did nothing since.
func (d *Desk) history(ctx context.Context, now time.Time, again bool) (past []deploy.Past, missing []spec.Host, at time.Time) {
	t, links := &d.past, d.links()
	t.mu.Lock()
	defer t.mu.Unlock()
	if again || t.at.IsZero() || now.Sub(t.at) > historyAge || t.links != links {
		if past, missing := deploy.History(ctx, d.Fleet, deploy.DriftOf{}); ctx.Err() == nil {
			t.past, t.missing, t.at, t.links = past, missing, now, links
		}
	}
	return t.past, t.missing, t.at
}

func historyPage(v *visit) error {
	said, missing, at := v.history(v.r.Context(), v.conf.Now(), v.r.URL.Query().Has("read"))
	h := history{Query: strings.TrimSpace(v.r.URL.Query().Get("q")), Asked: at, Missing: missing}
	for _, x := range said {
		p := past{x, rollout.DeploymentOf(x.By)}
		if matches(h.Query, string(p.Host), p.Lifecycle, p.State, p.Provide, p.Who, string(p.Deployment)) {
			h.Rows = append(h.Rows, p)
		}
	}
	skip, _ := strconv.Atoi(v.r.URL.Query().Get("skip")) // what is no number is none
	skip = min(max(0, skip), len(h.Rows))
	to := func(skip int) string {
		return "/history?" + url.Values{"q": {h.Query}, "skip": {strconv.Itoa(skip)}}.Encode()
	}
	if skip > 0 {
		h.Newer = to(max(0, skip-mostRows))
	}
	if len(h.Rows) > skip+mostRows {
		h.Older = to(skip + mostRows)
	}
	h.Rows = h.Rows[skip:min(skip+mostRows, len(h.Rows))]
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
