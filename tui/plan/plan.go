package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Run carries the plan out, once the person has confirmed it.
	Run struct{}
	// Edit goes back to the answers.
	Edit struct{}
	// Save writes the answers to a file.
	Save struct{}
)

const (
	runIt     widget.Action = "run"
	byOrder   widget.Action = "by host or in order"
	edit      widget.Action = "edit answers"
	writeFile widget.Action = "write answers"
)

// entry is a row of the list, and the tasks that the details show for it.
type entry struct {
	cells []string
	sign  sign
	tasks []int
}

// sign says what becomes of a service.
type sign int

const (
	none sign = iota
	added
	changed
	same
	ofHost // none: the row is the heading of those of a host
)

// Model is the screen.
type Model struct {
	look     widget.Look
	res      *resolver.Result
	previews map[resolver.TaskID]deploy.TaskPreview // nil: the hosts have not said yet what they would change
	asked    *resolver.Plan                         // the plan that they are, or were, asked about
	sources  map[spec.Path]*resolver.Question
	late     int    // how many values are known at run time only
	pretends string // how much of the plan is simulated; see resolver.Plan.Simulation
	tasks    map[resolver.TaskID]*resolver.Task
	ordered  bool
	rows     []entry
	table    widget.Table
	inDetail bool
	detail   widget.List
	lines    []line
	diffs    []line // what the steps change, where they have a pane of their own
	diffOf   []int  // by line: where its changes begin in diffs
	split    bool   // they have
	zoom     bool

	usual func(*resolver.Task, spec.Step) time.Duration // how long a step usually takes, 0 if that is not known
	takes time.Duration                                 // the whole, 0 if that is not known
	busy  []string                                      // hosts that do something else now

	Begun bool // some of the deployment was carried out, and something is left
}

// line is one of the details.
type line struct {
	text  string
	from  string
	style func(widget.Look) widget.Style
}

// New makes the screen, empty.
func New(l widget.Look) *Model { return &Model{look: l} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Show takes a result that has a plan.
func (m *Model) Show(res *resolver.Result) {
	if m.res == nil || res.Plan != m.res.Plan {
		m.previews, m.asked, m.busy = nil, nil, nil
	}
	m.res = res
	m.sources = map[spec.Path]*resolver.Question{}
	m.late, m.pretends = 0, ""
	for i := range res.Questions {
		q := &res.Questions[i]
		if m.sources[q.Path] = q; q.Status == resolver.AtRun {
			m.late++
		}
	}
	m.tasks = map[resolver.TaskID]*resolver.Task{}
	if res.Plan != nil {
		m.pretends = res.Plan.Simulation()
		for i := range res.Plan.Tasks {
			m.tasks[res.Plan.Tasks[i].ID] = &res.Plan.Tasks[i]
		}
	}
	m.layout()
}

// SetUsual says how long steps usually take, and the whole; 0 is not known.
func (m *Model) SetUsual(takes time.Duration, usual func(*resolver.Task, spec.Step) time.Duration) {
	m.takes, m.usual = takes, usual
	m.layout()
}

// usually is how long a step usually takes, "" if that is not known or no time to speak of.
func (m *Model) usually(t *resolver.Task, s spec.Step) string {
	if m.usual == nil {
		return ""
	}
	if d := m.usual(t, s); d >= 100*time.Millisecond {
		return format.Took(d)
	}
	return ""
}

// Wants reports, once for each plan, that the hosts have to be asked what it would change.
func (m *Model) Wants() bool {
	if m.res.Plan == m.asked {
		return false
	}
	m.asked = m.res.Plan
	return true
}

// Previews are what hosts said that the plan would change, nil if they have not yet.
func (m *Model) Previews() map[resolver.TaskID]deploy.TaskPreview { return m.previews }

// SetPreviews takes what hosts say that a plan would change, unless it is another by now.
func (m *Model) SetPreviews(p *resolver.Plan, previews map[resolver.TaskID]deploy.TaskPreview, busy []string) {
	if m.res == nil || m.res.Plan != p {
		return
	}
	m.previews, m.busy = previews, busy
	m.detailLines()
}

func (m *Model) layout() {
	m.rows = m.rows[:0]
	if m.res == nil || m.res.Plan == nil {
		return
	}
	if m.ordered {
		m.table.Columns = []widget.Column{{Title: "NO", Right: true}, {Title: "HOST"}, {Title: "STEPS", Grow: true}, {Title: "WHEN", Priority: 1}}
		m.rowsInOrder()
	} else {
		m.table.Columns = []widget.Column{{Sign: true}, {Title: "HOST"}, {Title: "NOW " + m.look.Arrow + " AFTER", Grow: true}, {Title: "", Priority: 1}}
		m.rowsByHost()
	}
	lines := make([]widget.Line, len(m.rows))
	for i := range lines {
		lines[i] = widget.Line{ID: fmt.Sprint(i), Make: func() []widget.Cell { return m.cells(&m.rows[i]) }}
	}
	m.table.Set(lines)
	m.detailLines()
}

func (m *Model) rowsInOrder() {
	at := map[resolver.TaskID]int{}
	for i, t := range m.res.Plan.Tasks {
		at[t.ID] = i + 1
		var after []string
		for _, a := range t.After {
			after = append(after, fmt.Sprint(at[a]))
		}
		wait := "at once"
		if len(after) > 0 {
			wait = "after " + strings.Join(after, " ")
		}
		m.rows = append(m.rows, entry{tasks: []int{i}, cells: []string{
			fmt.Sprint(i + 1), string(t.Host), m.service(&t) + ": " + steps(&t), wait,
		}})
	}
}

func steps(t *resolver.Task) string {
	names := make([]string, len(t.Steps))
	for i, s := range t.Steps {
		names[i] = s.Name()
	}
	return strings.Join(names, ", ")
}

func (m *Model) rowsByHost() {
	p := m.res.Plan
	for _, h := range p.Hosts {
		var all []int
		calls := 0
		type change struct {
			now   string
			tasks []int
		}
		by := map[string]*change{}
		var order []string
		for i, t := range p.Tasks {
			if t.Host != h {
				continue
			}
			all = append(all, i)
			calls += len(t.Steps)
			c := by[t.Lifecycle]
			if c == nil {
				c = &change{now: top(t.From)}
				by[t.Lifecycle] = c
				order = append(order, t.Lifecycle)
			}
			c.tasks = append(c.tasks, i)
		}
		m.rows = append(m.rows, entry{sign: ofHost, tasks: all, cells: []string{string(h), "", spec.Count(calls, "step", "steps")}})
		for _, lc := range order {
			after := top(p.After[h][lc])
			first := &p.Tasks[by[lc].tasks[0]]
			what, sign, note := by[lc].now+" "+m.look.Arrow+" "+after, changed, "changes"
			switch {
			case by[lc].now == after:
				what, sign, note = after, same, "is called"
			case len(first.From) <= 1:
				sign, note = added, "new"
			}
			m.rows = append(m.rows, entry{tasks: by[lc].tasks, sign: sign, cells: []string{m.service(first), what, note}})
		}
	}
}

// service names the lifecycle of a task, with a mark if it only pretends and others do not.
func (m *Model) service(t *resolver.Task) string {
	if t.Simulated && m.pretends != "simulated" {
		return widget.Simulated + t.Lifecycle
	}
	return t.Lifecycle
}

func top(stack []string) string {
	if len(stack) == 0 {
		return "nothing"
	}
	return stack[len(stack)-1]
}

// detailLines makes the details for the row under the cursor.
func (m *Model) detailLines() {
	m.lines, m.diffs, m.diffOf = m.lines[:0], m.diffs[:0], m.diffOf[:0]
	if m.table.List.Cursor >= len(m.rows) {
		return
	}
	for k, i := range m.rows[m.table.List.Cursor].tasks {
		t := &m.res.Plan.Tasks[i]
		if k > 0 {
			m.lines = append(m.lines, line{})
		}
		m.lines = append(m.lines, line{text: m.service(t) + "  on " + string(t.Host), style: strong})
		if w := m.waits(t); w != "" {
			m.lines = append(m.lines, line{text: "  waits for " + w, style: func(l widget.Look) widget.Style { return l.Dim }})
		}
		for n, s := range t.Steps {
			m.lines = append(m.lines, line{text: fmt.Sprintf("  %d %s", n+1, s.Name()), from: m.usually(t, s)})
			m.inputs(t, s)
			said := m.previews[t.ID]
			if n >= len(said.Steps) {
				continue
			}
			if !m.split {
				m.lines = append(m.lines, changes(said.Steps[n])...)
				continue
			}
			for len(m.diffOf) < len(m.lines) {
				m.diffOf = append(m.diffOf, len(m.diffs))
			}
			if of := changes(said.Steps[n]); len(of) > 0 {
				m.diffs = append(m.diffs, line{text: t.Lifecycle + " on " + string(t.Host) + ": " + s.Name(), style: strong})
				m.diffs = append(append(m.diffs, of...), line{})
			}
		}
		if err := m.previews[t.ID].Err; err != nil {
			m.lines = append(m.lines, line{text: "  ? " + widget.Clean(err.Error()), style: warn})
		}
	}
	m.detail.SetLen(len(m.lines))
}

// changes are what a step would change on its host.
func changes(s spec.StepPreview) (out []line) {
	for _, c := range s.Changes {
		out = append(out, line{text: "      " + widget.Clean(c.What), style: signed(c.What)})
		for text := range strings.Lines(c.Diff) {
			text = strings.TrimRight(text, "\r\n")
			out = append(out, line{text: "        " + widget.Clean(text), style: signed(text)})
		}
	}
	if why := s.Doubt(); why != "" {
		out = append(out, line{text: "      ? " + widget.Clean(why), style: warn})
	}
	if may := s.ScriptsText(); may != "" {
		out = append(out, line{text: "      ? " + may, style: dim})
	}
	if s.Guarded > 0 {
		out = append(out, line{text: "      ! " + s.GuardedText(), style: warn})
	}
	return out
}

// signed is the style of a line that begins with what becomes of it.
func signed(text string) func(widget.Look) widget.Style {
	return func(l widget.Look) widget.Style {
		switch {
		case strings.HasPrefix(text, "+"):
			return l.Good
		case strings.HasPrefix(text, "-"):
			return l.Bad
		case strings.HasPrefix(text, "~"):
			return l.Warn
		}
		return l.Dim
	}
}

func strong(widget.Look) widget.Style { return widget.Strong }

func warn(l widget.Look) widget.Style { return l.Warn }

func dim(l widget.Look) widget.Style { return l.Dim }

func (m *Model) waits(t *resolver.Task) string {
	var out []string
	for _, id := range t.After {
		x := m.tasks[id]
		if x == nil || (x.Host == t.Host && x.Lifecycle == t.Lifecycle) {
			continue
		}
		if s := string(x.Host) + "/" + x.Lifecycle; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// inputs lists what a step is given, each value with where it comes from.
func (m *Model) inputs(t *resolver.Task, s spec.Step) {
	for _, req := range slices.Sorted(maps.Keys(s.Inputs)) {
		sets := s.Inputs[req]
		for i, values := range sets {
			for _, name := range slices.Sorted(maps.Keys(values)) {
				p := spec.MakePath(t.Host, t.Lifecycle, s.State, s.ProvideName(), spec.Indexed(req, i), name)
				from, text := "", format.Value(values[name])
				if q := m.sources[p]; q != nil {
					_, _, from = format.Question(m.look, q)
					if q.Var.Hidden() {
						text = format.QuestionValue(q)
					}
				}
				if len(sets) > 1 {
					name = spec.Indexed(req, i) + "/" + name
				}
				m.lines = append(m.lines, line{text: "      " + name + " = " + text, from: from})
			}
		}
	}
}

// Hint is the line that says what to do next.
func (m *Model) Hint() string {
	if m.res == nil || m.res.Plan == nil {
		return "There is no plan: an answer is missing or wrong."
	}
	if m.Begun {
		return "R goes on with what is left; you will be asked once more."
	}
	return "R runs it; you will be asked once more. Nothing has been changed yet."
}
