package web

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// deployments is what the page of everybody's deployments shows.
type deployments struct {
	All  []rollout.Known
	Errs []string
}

func deploymentsPage(v *visit) error {
	all, errs := v.port().List(v.r.Context())
	for _, c := range v.all() { // newer than any copy of them, and all there is without a store
		s := c.Summary()
		found := false
		for i := range all {
			if all[i].ID == s.ID {
				found = true
				if all[i].Revision <= s.Revision { // else somebody else has gone on with it
					all[i].Summary = s
				}
			}
		}
		if !found {
			all = append([]rollout.Known{{Summary: s, Here: true}}, all...)
		}
	}
	out := deployments{All: all}
	for _, err := range errs {
		out.Errs = append(out.Errs, err.Error())
	}
	return v.show("deployments", "deployments", "Deployments", out)
}

// word says how a deployment stands.
func word(s *rollout.Snapshot) string {
	switch {
	case s.ReplacedBy != "":
		return "replaced"
	case s.Awaits != nil && !s.Over:
		return "waits for approval"
	case s.Refused != "" && s.Over:
		return "refused"
	case s.Over && s.OK && s.RolledBack:
		return "rolled back"
	case s.Over && s.OK:
		return "done"
	case s.Over && s.Failed > 0:
		return "failed"
	case s.Over:
		return "stopped"
	case s.RolledBack:
		return "is rolled back"
	}
	return "running"
}

// one is what the page of a deployment shows.
type one struct {
	*rollout.Snapshot
	Here   bool // it is carried out by this server, for who looks
	Word   string
	Sign   sign
	May    rights
	Link   *spec.Connection
	Open   []*rollout.TaskView // where somebody has to do something, or to know it
	More   int                 // such ones that are left out
	Hosts  []lane
	Later  int // hosts that follow when the page is there
	Took   string
	Lines  []logLine
	Next   int // the number of the last line
	Missed int // lines before these
}

// lane is what happens on one host.
type lane struct {
	Host  spec.Host
	Tasks []*rollout.TaskView
	Sign  sign
	Done  int
	Steps int
	Brief bool // its tasks are left out
}

// mostLanes is how many hosts are shown with all that they do; of many more, most only say how far
// they are.
const mostLanes = 40

// ID is that of its element.
func (l *lane) ID() string { return "lane " + string(l.Host) }

// mark is the same for what looks the same.
func (l *lane) mark() string {
	b := make([]byte, 0, 64)
	b = strconv.AppendBool(b, l.Brief)
	for _, t := range l.Tasks {
		b = append(b, t.Lifecycle...)
		b = append(b, t.Undoes...)
		b = append(b, t.Status...)
		for i := range t.StepStates {
			b = append(b, ' ')
			b = append(b, t.StepStates[i].Status...)
		}
	}
	return string(b)
}

// logLine is a line of a log as pages show it.
type logLine struct {
	rollout.LogLine
	Class string
	To    string // a link to it
}

func newLogLine(x *rollout.LogLine, of spec.DeploymentID) logLine {
	class := ""
	switch x.Level {
	case spec.LevelError:
		class = "bad"
	case spec.LevelWarn:
		class = "warn"
	case spec.LevelInfo:
	}
	return logLine{*x, class, "/logs?in=" + url.QueryEscape(string(of)) + "&at=" + strconv.FormatInt(x.At.UnixNano(), 10) + "#sought"}
}

func describe(s *rollout.Snapshot, now time.Time) one {
	x := one{Snapshot: s, Word: word(s), Took: took(s.Took(now))}
	x.Sign = standing(x.Word)
	at := map[spec.Host]int{}
	for _, t := range s.Tasks {
		i, ok := at[t.Host]
		if !ok {
			i = len(x.Hosts)
			at[t.Host] = i
			x.Hosts = append(x.Hosts, lane{Host: t.Host, Sign: status(rollout.Done)})
		}
		l := &x.Hosts[i]
		l.Tasks = append(l.Tasks, t)
		l.Done += t.StepsDone
		l.Steps += len(t.Steps)
		if next := status(t.Status); worse(next.Class) > worse(l.Sign.Class) {
			l.Sign = next
		}
	}
	whole := 0
	for i := range x.Hosts {
		if l := &x.Hosts[i]; worse(l.Sign.Class) > worse("dim") && whole < mostLanes || len(x.Hosts) <= mostLanes {
			whole++
		} else {
			l.Brief = true
		}
	}
	x.Open = troubles(s)
	x.More = max(0, len(x.Open)-mostTroubles)
	x.Open = x.Open[:len(x.Open)-x.More]
	return x
}

// mostTroubles is how many tasks are shown by themselves.
const mostTroubles = 20

// troubles are the tasks of which somebody has to know something, failed ones first.
func troubles(s *rollout.Snapshot) (out []*rollout.TaskView) {
	for _, t := range s.Tasks {
		if t.Status != rollout.Done && (t.Err != nil || len(t.HeldBy) > 0 || t.HeldWhy != "" || t.AwayWhy != nil || !t.Guard.IsZero()) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b *rollout.TaskView) int { return order(a.Status) - order(b.Status) })
	return out
}

func order(s rollout.TaskStatus) int {
	switch s {
	case rollout.FailedTask, rollout.LostTask:
		return 0
	case rollout.Running:
		return 1
	default:
		return 2
	}
}

// worse orders the classes of signs.
func worse(class string) int {
	switch class {
	case "bad":
		return 4
	case "busy":
		return 3
	case "warn":
		return 2
	case "dim":
		return 1
	}
	return 0
}

// mostLines is how many lines of a log a page has at first: the last ones.
const mostLines = 100

func logLines(lines []rollout.LogLine, of spec.DeploymentID) []logLine {
	out := make([]logLine, len(lines))
	for i := range lines {
		out[i] = newLogLine(&lines[i], of)
	}
	return out
}

// told writes records as lines of a log, numbered from after on.
func told(s *rollout.State, records []rollout.Record, after int) []rollout.LogLine {
	out := make([]rollout.LogLine, len(records))
	for i, r := range records {
		out[i] = rollout.LogLine{N: after + i + 1, At: r.At, Task: r.Task, Level: spec.LevelInfo, Text: s.Describe(r)}
		if r.Err != nil {
			out[i].Level = spec.LevelError
		}
		if t := s.Task(r.Task); t != nil {
			out[i].Host = t.Host
			if r.Step >= 0 && r.Step < len(t.Steps) {
				out[i].Step = t.Steps[r.Step].Name()
			}
		}
	}
	return out
}

func deploymentPage(v *visit) error {
	s, err := v.source()
	if err == nil && s.own != nil && s.snapshot().Over {
		s.own.LookElsewhere(v.r.Context())
		s, err = v.source()
	}
	if err != nil {
		return err
	}
	snap := s.snapshot()
	x := describe(snap, v.conf.Now())
	x.Here, x.May, x.Link = s.own != nil, v.may(x.on()), v.connection()
	lines, next, missed := s.lines(0, mostLines)
	x.Lines, x.Next, x.Missed = logLines(lines, snap.ID), next, missed
	if !v.r.URL.Query().Has("all") {
		x.Later = max(0, len(x.Hosts)-firstRows)
		x.Hosts = x.Hosts[:len(x.Hosts)-x.Later]
	}
	return v.show("deployment", "deployments", snap.Name, x)
}

// deploymentLog gives the whole log as text.
func deploymentLog(v *visit) error {
	s, err := v.source()
	if err != nil {
		return err
	}
	limitAnswer(v.w)
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	lines, _, _ := s.lines(0, math.MaxInt)
	for _, l := range lines {
		if _, err := v.w.Write([]byte(l.At.UTC().Format(time.RFC3339) + " " + string(l.Host) + " " + l.Step + ": " + l.Text + "\n")); err != nil {
			return nil //nolint:nilerr // the page was left
		}
	}
	return nil
}
