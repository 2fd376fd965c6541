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
	host    spec.Host
	status  rollout.TaskStatus
	now     string
	away    bool
	steps   stepCount
	tasks   []int
	waiting []int // those of them that wait
	alike   int   // how many more hosts are as far, in the same step
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
		x.tasks = append(x.tasks, k)
		if s := m.unreachable(t); s != "" {
			x.now, x.away = s+", its agent goes on by itself", true
		} else if s := m.doing(t); s != "" && !x.away {
			x.now = s
		} else if s == "" && t.Status == rollout.Waiting {
			x.waiting = append(x.waiting, k)
		}
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
