package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// found is a line of the log of a deployment.
type found struct {
	logLine
	Deployment spec.DeploymentID
	Name       string
	Sought     bool // it is the one that a link is about
}

// logs is what the page of all logs shows: the lines that fit, the newest first, a page of them.
type logs struct {
	Query string
	Level string
	In    spec.DeploymentID // only of this one; "" is all
	Name  string            // then: what it is called
	At    time.Time         // the line that is sought, by its time; zero if none is
	Exact bool              // then: there is a line of that moment

	Rows         []found
	Newer, Older string // where to go on; "" if there is nothing
}

// mostRows is how many rows a page has.
const mostRows = 150

// logSearch says which lines are looked for.
type logSearch struct {
	words []string
	level spec.Level
	until time.Time // zero is all
	most  int       // rows that are found
	rows  []found
}

// take looks at the lines of a deployment, the newest first, and ends when there are enough.
func (s *logSearch) take(id spec.DeploymentID, name string, newestFirst func(func(*rollout.LogLine) bool)) {
	n, called := 0, strings.ToLower(name)
	newestFirst(func(x *rollout.LogLine) bool {
		if s.level == spec.LevelError && x.Level != spec.LevelError || s.level == spec.LevelWarn && x.Level == spec.LevelInfo {
			return true
		}
		if !s.until.IsZero() && x.At.After(s.until) || !fits(s.words, x, called) {
			return true
		}
		s.rows = append(s.rows, found{logLine: newLogLine(x, id), Deployment: id, Name: name})
		n++
		return n < s.most
	})
}

// fits reports whether every word is in a line, or in the name of its deployment.
func fits(words []string, x *rollout.LogLine, name string) bool {
	for _, w := range words {
		if !strings.Contains(strings.ToLower(x.Text), w) && !strings.Contains(strings.ToLower(string(x.Host)), w) &&
			!strings.Contains(strings.ToLower(x.Step), w) && !strings.Contains(name, w) {
			return false
		}
	}
	return true
}

// backwards gives some lines, the last first.
func backwards(lines []rollout.LogLine) func(func(*rollout.LogLine) bool) {
	return func(take func(*rollout.LogLine) bool) {
		for i := len(lines) - 1; i >= 0 && take(&lines[i]); i-- {
		}
	}
}

// logsPage searches the logs of all deployments: of those that are carried out here what the
// hosts say, of others what was recorded of them.
func logsPage(v *visit) error {
	in := v.r.URL.Query()
	l := logs{Query: strings.TrimSpace(in.Get("q")), Level: in.Get("level"), In: spec.DeploymentID(in.Get("in"))}
	skip, _ := strconv.Atoi(in.Get("skip")) // what is no number is none
	skip = max(0, skip)
	s := logSearch{words: strings.Fields(strings.ToLower(l.Query)), level: spec.Level(l.Level), until: moment(in.Get("until")), most: skip + mostRows + 1}
	if l.At = moment(in.Get("at")); !l.At.IsZero() {
		s = logSearch{most: 1 << 30} // all: it may be anywhere
	}
	if err := v.searchLogs(&s, l.In); err != nil {
		return err
	}
	slices.SortStableFunc(s.rows, func(a, b found) int { return b.At.Compare(a.At) })
	if !l.At.IsZero() {
		skip, l.Exact = nearest(s.rows, l.At)
		skip = max(0, skip-mostRows/2)
	}
	skip = min(skip, len(s.rows))
	l.Rows = s.rows[skip:min(skip+mostRows, len(s.rows))]
	if len(s.rows) > 0 && l.In != "" {
		l.Name = s.rows[0].Name
	}
	if s.until.IsZero() && len(s.rows) > 0 {
		s.until = s.rows[0].At // lines that come meanwhile do not move the pages
	}
	to := func(skip int) string {
		return "/logs?" + url.Values{"q": {l.Query}, "level": {l.Level}, "in": {string(l.In)}, "until": {strconv.FormatInt(s.until.UnixNano(), 10)}, "skip": {strconv.Itoa(skip)}}.Encode()
	}
	if skip > 0 {
		l.Newer = to(max(0, skip-mostRows))
	}
	if len(s.rows) > skip+mostRows {
		l.Older = to(skip + mostRows)
	}
	return v.show("logs", "logs", "Logs", l)
}

// searchLogs looks in the log of a deployment, or of all.
func (v *visit) searchLogs(s *logSearch, in spec.DeploymentID) error {
	own := map[spec.DeploymentID]bool{}
	for _, c := range v.all() {
		if own[c.ID()] = true; in == "" || in == c.ID() {
			s.take(c.ID(), c.Snapshot().Name, c.newestFirst)
		}
	}
	switch {
	case in != "" && own[in]:
		return nil
	case in != "":
		w, err := v.watched(in)
		if err == nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			s.take(in, w.watch.State().Name, backwards(told(w.watch.State(), w.watch.Records(), 0)))
		}
		return err
	case v.Logs == nil:
		return nil
	}
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
		s.take(id, state.Name, backwards(told(state, records, 0)))
	}
	return nil
}

// moment reads a time as addresses have it; zero if it is none.
func moment(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

// nearest finds the row of a moment, or the nearest one, and marks those of the moment.
func nearest(rows []found, at time.Time) (i int, exact bool) {
	for k := range rows {
		rows[k].Sought = rows[k].At.Equal(at)
		if exact = exact || rows[k].Sought; rows[k].At.Sub(at).Abs() < rows[i].At.Sub(at).Abs() {
			i = k
		}
	}
	if !exact && len(rows) > 0 {
		rows[i].Sought = true
	}
	return i, exact
}
