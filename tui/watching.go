package tui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/run"
)

// watched is a deployment that is carried out elsewhere, or was, and is looked at.
type watched struct {
	id    spec.DeploymentID
	watch *rollout.Watch // used by one command at a time
	run   *run.Model
	lines int             // of its log
	ctx   context.Context //nolint:containedctx // ends when nobody looks any more
	leave context.CancelFunc
}

// The messages about it.
type (
	attached struct {
		of    *watched // without a screen
		snap  *rollout.Snapshot
		lines []rollout.LogLine
		err   error
	}
	looked struct {
		of    *watched
		snap  *rollout.Snapshot
		lines []rollout.LogLine
		err   error
	}
)

// How often one that is carried out elsewhere is looked at, and one that is over, as long as hosts
// are away that have still to say what was said.
const (
	lookEvery  = time.Second
	lookAtRest = 5 * time.Second
)

// attach begins to watch a deployment.
func (m *Model) attach(id spec.DeploymentID) tea.Cmd {
	port, of := m.port(), &watched{id: id}
	of.ctx, of.leave = context.WithCancel(m.ctx)
	m.message = "The log of the deployment is read ..."
	return func() tea.Msg {
		w, err := port.Attach(of.ctx, string(id))
		if err != nil {
			of.leave()
			return attached{err: err}
		}
		of.id, of.watch = w.State().ID, w
		return attached{of: of, snap: w.Snapshot(), lines: told(of.ctx, w, w.Records(), 0)}
	}
}

func (m *Model) onAttached(x attached) tea.Cmd {
	m.message = ""
	m.fail("watch", x.err)
	if x.err != nil {
		return nil
	}
	w := x.of
	w.run, w.lines = run.New(m.look, runName(x.snap), x.snap.Plan.Tree(), x.snap), len(x.lines)
	w.run.Watched = true
	w.run.Feed(x.snap, x.lines, m.now)
	if m.other != nil {
		m.other.leave()
	}
	m.other = w
	m.show(m.pages.other)
	return m.lookAgain()
}

// lookAgain looks at what is watched, after a while, until it is over and all hosts have told of
// it, or it is left.
func (m *Model) lookAgain() tea.Cmd {
	w, wait := m.other, lookEvery
	if w.run.Snapshot().Over {
		if wait = lookAtRest; w.watch.Heard() {
			return nil
		}
	}
	return func() tea.Msg {
		if !pause(w.ctx, wait) {
			return nil
		}
		added, err := w.watch.Look(w.ctx)
		return looked{w, w.watch.Snapshot(), told(w.ctx, w.watch, added, w.lines), err}
	}
}

func (m *Model) onLooked(x looked) tea.Cmd {
	if x.of != m.other {
		return nil // something else is watched by now
	}
	if !m.shown(m.pages.other) {
		m.other.leave()
		m.other = nil
		return nil
	}
	m.fail("watch", x.err)
	x.of.lines += len(x.lines)
	x.of.run.Feed(x.snap, x.lines, m.now)
	x.of.run.Tick(m.now)
	return m.lookAgain()
}

// told writes records as lines of a log, among what the hosts keep of what was said, numbered from
// after on.
func told(ctx context.Context, w *rollout.Watch, records []rollout.Record, after int) []rollout.LogLine {
	out := append(recorded(w.State(), records), w.Lines(ctx)...)
	slices.SortStableFunc(out, func(a, b rollout.LogLine) int { return a.At.Compare(b.At) })
	for i := range out {
		out[i].N = after + i + 1
	}
	return out
}

// recorded are records as lines.
func recorded(s *rollout.State, records []rollout.Record) []rollout.LogLine {
	out := make([]rollout.LogLine, len(records))
	for i, r := range records {
		out[i] = rollout.LogLine{At: r.At, Task: r.Task, Level: spec.LevelInfo, Text: said(s, r)}
		if r.Err != nil {
			out[i].Level = spec.LevelError
		}
		t := s.Task(r.Task)
		if t == nil {
			continue
		}
		out[i].Host = t.Host
		if r.Step >= 0 && r.Step < len(t.Steps) {
			out[i].Step = t.Steps[r.Step].Name()
		}
	}
	return out
}

// said is what a record says, beside its host.
func said(s *rollout.State, r rollout.Record) string {
	t := s.Task(r.Task)
	if t == nil {
		return s.Describe(r)
	}
	what := t.Lifecycle
	if r.Step >= 0 && r.Step < len(t.Steps) {
		what += ": " + t.Steps[r.Step].Name()
	}
	why := ""
	if r.Err != nil {
		why = ": " + r.Err.Error()
	}
	switch r.Kind {
	case rollout.RecordHandedOver:
		return what + " begins"
	case rollout.RecordStepDone:
		return what + " done"
	case rollout.RecordStepFailed:
		return what + " failed" + why
	case rollout.RecordTaskEnded:
		return t.Lifecycle + " " + string(r.Status) + why
	default:
		return s.Describe(r)
	}
}

// runName is what a deployment is called over its screen.
func runName(s *rollout.Snapshot) string {
	name := s.Root.Lifecycle() + "." + s.Root.Provide() + " @" + string(s.Root.Host())
	if s.Name != "" && s.Name != rollout.NameOf(s.Root) {
		name = s.Name + ": " + name
	}
	return name
}
