package web

import (
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
		s := summary(c.Snapshot())
		found := false
		for i := range all {
			if all[i].ID == s.ID {
				all[i].Summary, found = s, true
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

// summary is a deployment that is carried out here in few words.
func summary(s *rollout.Snapshot) rollout.Summary {
	out := rollout.Summary{ID: s.ID, Name: s.Name, Root: s.Root, By: s.By, Made: s.Made, Ended: s.Ended, State: word(s), Steps: s.Steps, StepsDone: s.StepsDone, Failed: s.Failed, ReplacedBy: s.ReplacedBy}
	if s.Plan != nil {
		seen := map[spec.Host]bool{}
		for _, t := range s.Tasks {
			if !seen[t.Host] {
				seen[t.Host] = true
				out.Hosts = append(out.Hosts, t.Host)
			}
		}
	}
	return out
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
	Here  bool // it is carried out by this server, for who looks
	Word  string
	Sign  sign
	Open  []*rollout.TaskView
	Hosts []lane
	Took  string
	Lines []logLine
	Next  int
	Said  []said // what people decided
}

// lane is what happens on one host.
type lane struct {
	Host  spec.Host
	Tasks []*rollout.TaskView
	Sign  sign
	Done  int
	Steps int
}

type said struct {
	At   time.Time
	Text string
}

type logLine struct {
	rollout.LogLine
	Class string
}

func describe(s *rollout.Snapshot, now time.Time) one {
	x := one{Snapshot: s, Word: word(s), Open: open(s), Took: took(s.Took(now))}
	switch x.Word {
	case "done", "rolled back":
		x.Sign = sign{"✓", x.Word, "good"}
	case "failed":
		x.Sign = sign{"✗", x.Word, "bad"}
	case "running", "is rolled back":
		x.Sign = sign{"▶", x.Word, "busy"}
	default:
		x.Sign = sign{"■", x.Word, "warn"}
	}
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
		l.Done += t.StepsDone()
		l.Steps += len(t.Steps)
		if next := status(t.Status); worse(next.Class) > worse(l.Sign.Class) {
			l.Sign = next
		}
	}
	return x
}

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
const mostLines = 500

func classOf(l spec.Level) string {
	switch l {
	case spec.LevelError:
		return "bad"
	case spec.LevelWarn:
		return "warn"
	case spec.LevelInfo:
	}
	return ""
}

func logLines(lines []rollout.LogLine) []logLine {
	out := make([]logLine, len(lines))
	for i, l := range lines {
		out[i] = logLine{l, classOf(l.Level)}
	}
	return out
}

// source is where a page has a deployment from: it is carried out here, or its log is read.
type source struct {
	own   *carried
	watch *rollout.Watch
}

func (v *visit) source() (source, error) {
	id := spec.DeploymentID(v.r.PathValue("id"))
	if c := v.carried(id); c != nil {
		return source{own: c}, nil
	}
	w, err := v.port().Attach(v.r.Context(), string(id))
	return source{watch: w}, err
}

func (s source) snapshot() *rollout.Snapshot {
	if s.own != nil {
		return s.own.Snapshot()
	}
	return s.watch.Snapshot()
}

// lines are those of the log after a number, and the number to go on from. Of a deployment
// that is carried out elsewhere they are made of what is recorded of it.
func (s source) lines(after int) ([]rollout.LogLine, int) {
	if s.own != nil {
		return s.own.Logs(after)
	}
	records := s.watch.Records()
	after = min(after, len(records))
	return told(s.watch.State(), records[after:], after), len(records)
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
	if err != nil {
		return err
	}
	snap := s.snapshot()
	x := describe(snap, v.conf.Now())
	x.Here = s.own != nil
	lines, next := s.lines(0)
	x.Lines, x.Next = logLines(lines[max(0, len(lines)-mostLines):]), next
	return v.show("deployment", "deployments", snap.Name, x)
}

// deploymentLog gives the whole log as text.
func deploymentLog(v *visit) error {
	s, err := v.source()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	lines, _ := s.lines(0)
	for _, l := range lines {
		if _, err := v.w.Write([]byte(l.At.UTC().Format(time.RFC3339) + " " + string(l.Host) + " " + l.Step + ": " + l.Text + "\n")); err != nil {
			return nil //nolint:nilerr // the page was left
		}
	}
	return nil
}
