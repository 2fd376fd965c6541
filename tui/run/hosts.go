package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// hostRow is what one host does.
type hostRow struct {
	host   spec.Host
	tasks  []int // on it, as indexes into snap.Tasks
	status rollout.TaskStatus
	now    string
	away   bool
	steps  stepCount
	alike  int // how many more hosts are as far, in the same step
}

// called is a host, with how many more are alike.
func (x *hostRow) called() string {
	if x.alike == 0 {
		return string(x.host)
	}
	return fmt.Sprintf("%s +%d", x.host, x.alike)
}

// folded puts those that are as far as others, in the same step, into the row of the first. What
// failed, or cannot be reached, has a row of its own.
func folded(hosts []hostRow) []hostRow {
	type like struct {
		status rollout.TaskStatus
		steps  stepCount
		now    string
	}
	var out []hostRow
	at := map[like]int{}
	for _, x := range hosts {
		key := like{x.status, x.steps, x.now}
		i, ok := at[key]
		switch {
		case x.away || x.status == rollout.FailedTask || x.status == rollout.LostTask:
			out = append(out, x)
		case ok:
			out[i].alike++
		default:
			at[key] = len(out)
			out = append(out, x)
		}
	}
	return out
}

// layOutHosts finds the hosts that take part, and the tasks of each.
func (m *Model) layOutHosts() {
	m.hosts, m.hostsOf = nil, nil
	at := map[spec.Host]int{}
	for k, t := range m.snap.Tasks {
		i, ok := at[t.Host]
		if !ok {
			i = len(m.hosts)
			at[t.Host] = i
			m.hosts = append(m.hosts, hostRow{host: t.Host})
		}
		m.hosts[i].tasks = append(m.hosts[i].tasks, k)
	}
}

// listHosts finds what each host does now, once for each snapshot.
func (m *Model) listHosts() []hostRow {
	if m.hostsOf == m.snap {
		return m.hosts
	}
	m.hostsOf = m.snap
	for i := range m.hosts {
		x := &m.hosts[i]
		*x = hostRow{host: x.host, tasks: x.tasks}
		for _, k := range x.tasks {
			t := m.snap.Tasks[k]
			x.status = worse(x.status, t.Status)
			x.steps.add(m.stepsOf(k))
			if s := m.unreachable(t); s != "" {
				x.now, x.away = s+", its agent goes on by itself", true
			} else if s := m.doing(t); s != "" && !x.away {
				x.now = s
			}
		}
	}
	return m.hosts
}

// waitsFor says in a row that has nothing else to say for whom the host waits.
func (m *Model) waitsFor(x *hostRow) {
	for _, k := range x.tasks {
		if t := m.snap.Tasks[k]; x.now == "" && t.Status == rollout.Waiting {
			x.now = m.waits(t)
		}
	}
}

// doing is the step of a task that runs or has failed, or "".
func (m *Model) doing(t *rollout.TaskView) string {
	for s := range t.StepStates {
		st, name := &t.StepStates[s], func() string { return t.Lifecycle + ": " + t.Steps[s].Name() }
		switch step(t, s) {
		case rollout.Running:
			if st.Total > 0 {
				return fmt.Sprintf("%s %d/%d", name(), st.Done, st.Total)
			}
			return name()
		case rollout.FailedTask:
			return name() + " failed"
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
