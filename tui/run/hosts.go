package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// hostRow is what one host does.
type hostRow struct {
	host   spec.Host
	status rollout.TaskStatus
	now    string
	away   bool
	steps  stepCount
	tasks  []int // those that wait
}

// hostCount is how many hosts take part.
func (m *Model) hostCount() int {
	m.listHosts()
	return len(m.hosts)
}

// listHosts finds what each host does now, once for each snapshot.
func (m *Model) listHosts() {
	if m.hosts != nil {
		return
	}
	by := map[spec.Host]int{}
	for k := range m.snap.Tasks {
		t := m.snap.Tasks[k]
		i, ok := by[t.Host]
		if !ok {
			i = len(m.hosts)
			by[t.Host] = i
			m.hosts = append(m.hosts, hostRow{host: t.Host})
		}
		x := &m.hosts[i]
		x.status = worse(x.status, t.Status)
		x.steps.add(m.stepsOf(k))
		if s := m.unreachable(t); s != "" {
			x.now, x.away = s+", its agent goes on by itself", true
		} else if s := m.doing(t); s != "" && !x.away {
			x.now = s
		} else if s == "" && t.Status == rollout.Waiting {
			x.tasks = append(x.tasks, k)
		}
	}
	if len(m.hosts) > 10 { // those that need a look first
		slices.SortStableFunc(m.hosts, func(a, b hostRow) int { return severity(b.status) - severity(a.status) })
	}
}

// doing is the step of a task that runs or has failed, or "".
func (m *Model) doing(t *rollout.TaskView) string {
	for s := range t.StepStates {
		st := &t.StepStates[s]
		name := t.Lifecycle + ": " + t.Steps[s].Name()
		switch step(t, s) {
		case rollout.Running:
			if st.Total > 0 {
				name += fmt.Sprintf(" %d/%d", st.Done, st.Total)
			}
			return name
		case rollout.FailedTask:
			return name + " failed"
		case rollout.Waiting, rollout.Done, rollout.Held, rollout.Stopped, rollout.LostTask, rollout.SkippedTask, rollout.Dropped:
		}
	}
	return ""
}

// waits names the hosts that a task waits for.
func (m *Model) waits(t *rollout.TaskView) string {
	var out []string
	for _, id := range t.After {
		k, ok := m.byID[id]
		if !ok {
			continue
		}
		x := m.snap.Tasks[k]
		if x.Host != t.Host && x.Status != rollout.Done && !slices.Contains(out, string(x.Host)) {
			out = append(out, string(x.Host))
		}
		if len(out) == 8 {
			break
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "waits for " + strings.Join(out, " ")
}

// drawHosts shows what each host does now.
func (m *Model) drawHosts(w, h int) ([]string, widget.Point) {
	l := m.look
	m.listHosts()
	box := widget.Rule{Title: "Hosts"}
	iw, ih := w, max(h-1, 0)
	if len(m.hosts) > ih {
		box.More = fmt.Sprintf("%d hosts in all", len(m.hosts))
	}
	shown := m.hosts[:min(len(m.hosts), max(ih, 0))]
	name := 8
	for i := range shown {
		name = max(name, min(widget.Width(string(shown[i].host)), iw/4))
	}
	bar := 12
	if iw > 60 {
		bar = iw / 4
	}
	widths := widget.Flex(iw-bar-3, 1, name, 6, -1)
	var body []string
	for i := range shown {
		x := &shown[i]
		for ; x.now == "" && len(x.tasks) > 0; x.tasks = x.tasks[1:] {
			x.now = m.waits(m.snap.Tasks[x.tasks[0]])
		}
		sign, style, word := format.Task(l, x.status)
		if x.away {
			sign, style = l.Checking, l.Unsure
		}
		if x.now != "" && x.status != rollout.Done {
			word = x.now
		}
		body = append(body, " "+l.Row(widths[:3], widget.Cell{Text: sign, Style: style}, widget.T(string(x.host)),
			widget.Cell{Text: fmt.Sprintf("%d/%d", x.steps.done, x.steps.all), Style: l.Dim, Right: true})+" "+
			l.BarOf(style, x.steps.done, x.steps.all, bar)+" "+style.Paint(l.Cut(widget.Clean(word), max(widths[3], 1))))
	}
	return l.Pane(box, w, h, body), widget.Point{}
}
