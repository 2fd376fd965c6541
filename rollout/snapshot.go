package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Snapshot is a deployment at one moment. It does not change any more.
type Snapshot struct {
	Version        int
	ID             spec.DeploymentID
	Name           string
	Root           spec.Path // the provide that it calls
	By             string    // who carries it out, or did last
	Made           time.Time
	Started, Ended time.Time     // since it was planned, planned again, rolled back or resumed
	Worked         time.Duration // how long something ran; see Took
	Working        time.Time     // since when something runs
	Over           bool          // nothing runs, and nothing can go on
	OK             bool          // all is done
	Stopped        bool          // nothing more is to start
	RolledBack     bool          // it is being taken back, or was
	ReplacedBy     spec.DeploymentID
	Awaits         *Approval // what has to be approved before it goes on; nil if nothing has to
	Asked          []Asked   // then: how it stands on each host, where it is carried out here
	Approved       string    // by whom it was, "" if by nobody
	Refused        string    // by whom it was
	RefusedWhy     string
	Plan           *Plan
	Plans          int         // how often it was planned, or a rollback of it was: then tasks are others
	Tasks          []*TaskView // those that were dropped are left out
	Returns        map[resolver.NodeID]any
	Result         any           // what the root's call returned, nil if it was rolled back
	Left           time.Duration // how long it will still take, about; 0 if it is over, or a step was never done before

	Done, Running, Failed, Held, Waiting int // tasks; skipped ones count as done, stopped and lost ones as failed
	StepsDone, Steps                     int
}

// TaskView is a task at one moment.
type TaskView struct {
	*resolver.Task            // of the plan
	Run            spec.RunID // of the latest attempt
	Attempt        int
	Status         TaskStatus
	HeldBy         []resolver.TaskID
	HeldWhy        string // it is held for another reason, in words
	Started, Ended time.Time
	StepStates     []StepState
	StepsDone      int // of them
	Err            *spec.Error
	Reason         string   // of one that was skipped or marked as done
	Stack          []string // of the lifecycle, as last heard
	Undoes         resolver.TaskID
	Usual          time.Duration // how long what is left of it usually takes

	// Away is since when the agent of a running task does not answer, and AwayWhy the
	// reason. The agent goes on by itself, and is followed again when it is back.
	Away    time.Time
	AwayWhy *spec.Error

	// Guard is when what a running step has changed is taken back unless somebody confirms
	// that the host can still be reached; zero if nothing waits for that.
	Guard time.Time
}

// StepState is how far one step is.
type StepState struct {
	Status         TaskStatus
	Started, Ended time.Time
	Done, Total    int        // progress, 0 of 0 if the step reports none
	Returns        any        // of a call
	Run            spec.RunID // in which it was begun last; "" if it was not, or somebody did it by hand
}

// HeldBy says what a task that is held needs: "Db on db1, Web on web1".
func (s *Snapshot) HeldBy(t *TaskView) string {
	var by []string
	for _, x := range s.Tasks {
		if slices.Contains(t.HeldBy, x.ID) {
			by = append(by, x.Lifecycle+" on "+string(x.Host))
		}
	}
	if t.HeldWhy != "" {
		by = append(by, t.HeldWhy)
	}
	return strings.Join(by, ", ")
}

// Took says how long something of the deployment ran, until now. Time in which nothing did,
// as between a failure and its retry, does not count.
func (s *Snapshot) Took(now time.Time) time.Duration {
	if s.Working.IsZero() {
		return s.Worked
	}
	return s.Worked + max(0, now.Sub(s.Working))
}

// Simulation says in a word how much of what is carried out only pretends: "", "partly
// simulated" or "simulated".
func (s *Snapshot) Simulation() string {
	n := 0
	for _, t := range s.Tasks {
		if t.Simulated {
			n++
		}
	}
	return spec.Simulation(n, len(s.Tasks))
}

// Snapshot draws the state. Tasks that have not changed since the last time are shared with
// that one.
func (s *State) Snapshot(now time.Time) *Snapshot {
	out := &Snapshot{ID: s.ID, Name: s.Name, Root: s.Root, By: s.By, Made: s.MadeAt, Started: s.began, Ended: s.Ended, Over: !s.Ended.IsZero(), OK: true, Stopped: s.Stopped,
		Worked: s.worked, Working: s.since,
		RolledBack: s.RolledBack, ReplacedBy: s.ReplacedBy, Plan: s.Plan, Plans: s.plans, Returns: make(map[resolver.NodeID]any, len(s.Returns)), Tasks: make([]*TaskView, 0, len(s.tasks))}
	busiest, known := map[spec.Host]time.Duration{}, true
	for _, t := range s.tasks {
		if t.status == Dropped {
			continue
		}
		if t.view == nil || t.status == Waiting && len(t.in) > 0 {
			t.view = s.viewOf(t)
		}
		out.count(t.view)
		out.Tasks = append(out.Tasks, t.view)
		known = known && (t.status.met() || t.known())
		left := s.left(t, now)
		busiest[t.Host] += left
		out.Left = max(out.Left, t.way-t.usual()+left, busiest[t.Host])
	}
	for k, r := range s.Returns {
		out.Returns[k] = r
	}
	if out.Awaits = s.Awaits(); s.Approval != nil && s.consent.approved == s.plans {
		out.Approved = s.consent.who
	} else if s.Refused() {
		out.Refused, out.RefusedWhy = s.consent.who, s.consent.reason
	}
	if out.Over || !known {
		out.Left = 0
	}
	out.Result = s.result()
	return out
}

// result is what the call of the root returned; of a deployment on several hosts, what each of
// these returned, by host. What was rolled back has none.
func (s *State) result() any {
	if s.RolledBack {
		return nil
	}
	if r, ok := s.Returns[resolver.Root]; ok || s.Plan == nil || len(s.Plan.Nodes) == 0 || s.Plan.Nodes[0].Provide != "" {
		return r
	}
	out := map[string]any{}
	for _, n := range s.Plan.Nodes {
		if r, ok := s.Returns[n.called()]; ok && n.Parent == resolver.Root {
			name := strings.TrimSuffix(strings.TrimPrefix(string(n.ID), string(resolver.Root)+"["), "]")
			out[name] = r
		}
	}
	return out
}

// called is the node as which n is called.
func (n *Node) called() resolver.NodeID {
	if n.CalledAs != "" {
		return n.CalledAs
	}
	return n.ID
}

// left is how long a task will still take, about.
func (s *State) left(t *task, now time.Time) time.Duration {
	switch t.status {
	case Waiting:
		return t.usual()
	case Running:
		for i := range t.steps {
			if t.steps[i].Status == Running {
				return max(0, t.usual()-now.Sub(t.steps[i].Started))
			}
		}
		return t.usual()
	default:
		return 0
	}
}

// Task finds a task, nil if there is none.
func (s *State) Task(id resolver.TaskID) *TaskView {
	if t := s.byID[id]; t != nil {
		return s.viewOf(t)
	}
	return nil
}

func (s *State) viewOf(t *task) *TaskView {
	v := &TaskView{Task: &t.Task, Run: t.run, Attempt: t.attempt, Status: t.status, Started: t.started, Ended: t.ended, StepStates: slices.Clone(t.steps),
		Err: t.err, Reason: t.reason, Stack: t.stack, Undoes: t.Undoes, Usual: t.usual(), Away: t.away, AwayWhy: t.awayWhy, Guard: t.guard}
	for i := range t.steps {
		if t.steps[i].Status == Done {
			v.StepsDone++
		}
	}
	if t.status != Waiting {
		return v
	}
	for _, id := range t.After {
		if x := s.byID[id]; x != nil && x.held() {
			v.HeldBy = append(v.HeldBy, id)
		}
	}
	b := t.blocked()
	switch {
	case len(v.HeldBy) > 0:
		v.Status = Held
	case s.Stopped:
		v.Status = Stopped
	case b != nil:
		v.Status = Held
		v.HeldWhy = fmt.Sprintf("no more than %d of %s may fail", b.How.MaxFail, b.Require)
	}
	return v
}

func (s *Snapshot) count(v *TaskView) {
	s.Steps += len(v.StepStates)
	s.StepsDone += v.StepsDone
	s.OK = s.OK && v.Status.met()
	switch v.Status {
	case Done, SkippedTask:
		s.Done++
	case Running:
		s.Running++
	case FailedTask, Stopped, LostTask:
		s.Failed++
	case Held:
		s.Held++
	case Waiting:
		s.Waiting++
	case Dropped:
	}
}

// Summary is a deployment in few words, for lists.
type Summary struct {
	ID         spec.DeploymentID `json:"id"`
	Name       string            `json:"name"`
	Root       spec.Path         `json:"root,omitempty"`
	Hosts      []spec.Host       `json:"hosts"`
	By         string            `json:"by,omitempty"` // who made it
	Made       time.Time         `json:"made"`
	Ended      time.Time         `json:"ended,omitzero"`
	State      string            `json:"state"`             // see State.Word
	Awaits     string            `json:"awaits,omitempty"`  // who has to approve it
	Seconds    float64           `json:"seconds,omitempty"` // in which something ran
	Steps      int               `json:"steps"`
	StepsDone  int               `json:"steps_done"`
	Failed     int               `json:"failed,omitempty"` // tasks
	Error      string            `json:"error,omitempty"`  // of the first task that failed
	ReplacedBy spec.DeploymentID `json:"replaced_by,omitempty"`
	Revision   int               `json:"revision,omitempty"` // of the log; see spec.DeploymentSummary
}

// Word is the state of the deployment in a word or two.
func (s *State) Word() string {
	snap := s.Snapshot(s.MadeAt)
	switch {
	case s.ReplacedBy != "":
		return "replaced"
	case snap.Over && snap.OK && s.RolledBack:
		return "rolled back"
	case snap.Over && snap.OK:
		return "done"
	case s.Refused() && s.running == 0:
		return "refused"
	case s.Awaits() != nil:
		return "waits for approval"
	case snap.Over && s.Stopped:
		return "stopped"
	case snap.Over:
		return "failed"
	case s.Left:
		return "left"
	}
	return "running"
}

// Summary tells the state in few words.
func (s *State) Summary() Summary {
	snap := s.Snapshot(s.MadeAt)
	out := Summary{ID: s.ID, Name: s.Name, Root: s.Root, Hosts: s.Hosts, By: s.MadeBy, Made: s.MadeAt, Ended: s.Ended, State: s.Word(),
		Seconds: snap.Worked.Seconds(), Steps: snap.Steps, StepsDone: snap.StepsDone, Failed: snap.Failed, ReplacedBy: s.ReplacedBy, Revision: s.revision()}
	out.Awaits = snap.WaitsFor()
	for _, t := range snap.Tasks {
		if t.Err != nil && t.Status.failing() {
			out.Error = t.Err.Error()
			break
		}
	}
	return out
}

// Summary tells in few words how it stands.
func (r *Rollout) Summary() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Summary()
}
