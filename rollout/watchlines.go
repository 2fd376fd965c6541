package rollout

import (
	"context"
	"slices"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Lines reads what hosts keep of what was said in runs of the deployment that have ended since it
// was asked for last, by time. Hosts that cannot be asked, and runs that they keep no more, are
// left out.
func (w *Watch) Lines(ctx context.Context) []LogLine {
	var runs []Record
	var tasks []*TaskView
	for _, r := range w.records {
		t := w.state.Task(r.Task)
		if r.Kind != RecordHandedOver || r.Run == "" || t == nil || w.told[r.Run] || t.Run == r.Run && t.Status == Running {
			continue
		}
		if w.told == nil {
			w.told = map[spec.RunID]bool{}
		}
		w.told[r.Run] = true
		runs, tasks = append(runs, r), append(tasks, t)
	}
	said := make([][]LogLine, len(runs))
	deploy.InParallel(len(runs), func(i int) error {
		r, t := runs[i], tasks[i]
		return deploy.AskHost(ctx, w.fleet, t.Host, func(ctx context.Context, a spec.Agent) error {
			return a.Follow(ctx, r.Run, 0, func(ev spec.Event) error {
				if ev.Kind == spec.EventLog {
					x := LogLine{At: ev.At, Host: t.Host, Task: t.ID, Level: ev.Level, Text: ev.Text}
					if k := ev.Step + r.Step; ev.Step >= 0 && k < len(t.Steps) {
						x.Step = t.Steps[k].Name()
					}
					said[i] = append(said[i], x)
				}
				return nil
			})
		})
	})
	out := slices.Concat(said...)
	slices.SortStableFunc(out, func(a, b LogLine) int { return a.At.Compare(b.At) })
	return out
}
