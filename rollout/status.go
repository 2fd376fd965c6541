package rollout

// TaskStatus says how far a task or a step is.
type TaskStatus string

// The states of a task.
const (
	Waiting     TaskStatus = "waiting" // for its turn
	Running     TaskStatus = "running"
	Done        TaskStatus = "done"
	FailedTask  TaskStatus = "failed"
	Held        TaskStatus = "held"    // what it needs failed
	Stopped     TaskStatus = "stopped" // somebody stopped it
	LostTask    TaskStatus = "lost"    // the agent vanished: the outcome is unknown
	SkippedTask TaskStatus = "skipped" // somebody decided to do without it
	Dropped     TaskStatus = "dropped" // it was not done, and is not to be done any more
)

// failing reports whether what needs a task of this status has to wait for somebody.
func (s TaskStatus) failing() bool {
	return s == FailedTask || s == Stopped || s == LostTask
}

// met reports whether what needs a task of this status can go on.
func (s TaskStatus) met() bool { return s == Done || s == SkippedTask || s == Dropped }
