package output

import (
	"errors"
	"io"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// jsonPrinter writes one JSON object a line, as docs/cli.md describes them.
type jsonPrinter struct {
	out io.Writer
	id  spec.DeploymentID
}

func (p *jsonPrinter) Interactive() bool { return false }

func (p *jsonPrinter) line(x any) {
	_ = WriteJSON(p.out, x) // an output that is gone must not stop a deployment
}

type jsonTask struct {
	Task      resolver.TaskID   `json:"task"`
	Node      resolver.NodeID   `json:"node"`
	Host      spec.Host         `json:"host"`
	Lifecycle string            `json:"lifecycle"`
	From      []string          `json:"from"`
	Steps     []spec.Step       `json:"steps"`
	After     []resolver.TaskID `json:"after,omitempty"`
	Checks    resolver.NodeID   `json:"checks,omitempty"` // it sees whether what that node did is well
	Simulated bool              `json:"simulated,omitempty"`
	Usual     []float64         `json:"usual,omitempty"`   // seconds that each step usually takes, 0 if that is not known; absent if it is of none
	Changes   []jsonChanges     `json:"changes,omitempty"` // of each step; absent if the host was not asked
}

// seconds are how long the steps of a task usually take, nil if that is known of none.
func (p Planned) seconds(t *resolver.Task) []float64 {
	var out []float64
	for i := range t.Steps {
		if p.Usual != nil && p.Usual(t, i) > 0 && out == nil {
			out = make([]float64, len(t.Steps))
		}
		if out != nil {
			out[i] = p.Usual(t, i).Seconds()
		}
	}
	return out
}

type jsonChanges struct {
	Changes       []spec.Change `json:"changes"`
	Unpredictable bool          `json:"unpredictable,omitempty"`
	Why           string        `json:"why,omitempty"`
}

func changesOf(p deploy.TaskPreview) []jsonChanges {
	if p.Err != nil {
		return []jsonChanges{{[]spec.Change{}, true, p.Err.Error()}}
	}
	var out []jsonChanges
	for _, s := range p.Steps {
		out = append(out, jsonChanges{append([]spec.Change{}, s.Changes...), s.Unpredictable, s.Why})
	}
	return out
}

func (p *jsonPrinter) Plan(x Planned) {
	plan := x.Plan
	tasks := make([]jsonTask, len(plan.Tasks))
	for i, t := range plan.Tasks {
		tasks[i] = jsonTask{t.ID, t.Node, t.Host, t.Lifecycle, t.From, t.Steps, t.After, t.Checks, t.Simulated, x.seconds(&plan.Tasks[i]), changesOf(x.Previews[t.ID])}
	}
	p.line(struct {
		Type    string       `json:"type"`
		Provide spec.Pattern `json:"provide"`
		Hosts   []spec.Host  `json:"hosts"`
		Tasks   []jsonTask   `json:"tasks"`

		Batches   []resolver.Batches `json:"batches,omitempty"`
		Simulated bool               `json:"simulated,omitempty"` // of tasks, at least
	}{"plan", x.Pattern, plan.Hosts, tasks, plan.Batches, plan.Simulation() != ""})
}

func (p *jsonPrinter) Start(id spec.DeploymentID) { p.id = id }

func (p *jsonPrinter) Update(u rollout.Update) {
	ev := u.Event
	p.line(struct {
		Type       string            `json:"type"`
		Deployment spec.DeploymentID `json:"deployment"`
		Task       resolver.TaskID   `json:"task"`
		Host       spec.Host         `json:"host"`
		Lifecycle  string            `json:"lifecycle"`
		Step       *spec.Step        `json:"step,omitempty"`
		Event      spec.Event        `json:"event"`
	}{"event", p.id, u.Task, u.Host, u.Lifecycle, u.Step, ev})
}

type jsonFailure struct {
	Task   resolver.TaskID    `json:"task"`
	Host   spec.Host          `json:"host"`
	Status rollout.TaskStatus `json:"status"`
	Error  *spec.Error        `json:"error,omitempty"`
}

func (p *jsonPrinter) Result(s *rollout.Snapshot) {
	returned := s.Result
	if returned == nil {
		returned = map[string]any{}
	}
	var failures []jsonFailure
	for _, t := range s.Tasks {
		if t.Status != rollout.Done {
			failures = append(failures, jsonFailure{t.ID, t.Host, t.Status, t.Err})
		}
	}
	p.line(struct {
		Type       string                         `json:"type"`
		OK         bool                           `json:"ok"`
		Deployment spec.DeploymentID              `json:"deployment"`
		Returns    any                            `json:"returns"`
		Hosts      map[string]map[string][]string `json:"hosts"`
		Nodes      map[resolver.NodeID]any        `json:"nodes"`
		Failures   []jsonFailure                  `json:"failures,omitempty"`
		Seconds    float64                        `json:"seconds"`
		Simulated  bool                           `json:"simulated,omitempty"` // or a part of it
	}{"result", s.OK, p.id, returned, stacksOf(s), s.Returns, failures, s.Took(s.Ended).Seconds(), s.Simulation() != ""})
}

func (p *jsonPrinter) Failure(err error) error { return PrintFailure(p.out, err) }

// PrintFailure prints what report would, as an object; report still writes it for a
// person to the other stream.
func PrintFailure(out io.Writer, err error) error {
	var list *problemsError
	problems := []spec.Problem{}
	if errors.As(err, &list) {
		problems = list.problems
	}
	_ = WriteJSON(out, struct {
		Type     string         `json:"type"`
		OK       bool           `json:"ok"`
		Code     int            `json:"code"`
		Message  string         `json:"message"`
		Hint     string         `json:"hint,omitempty"`
		Problems []spec.Problem `json:"problems"`
	}{"error", false, ExitCode(err), err.Error(), spec.HintOf(err), problems})
	return err
}
