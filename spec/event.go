package spec

import "time"

// EventKind says what happened.
type EventKind string

// The events of a run, in the order in which they can occur: one queued, one
// started, then for each step step-started, log, progress and guarded as they come, and
// step-done or step-failed; one run-done, which is always the last.
const (
	EventQueued      EventKind = "queued"
	EventStarted     EventKind = "started"
	EventStepStarted EventKind = "step-started"
	EventLog         EventKind = "log"
	EventProgress    EventKind = "progress"
	EventGuarded     EventKind = "guarded" // the step is done, and taken back unless the run is confirmed in time
	EventStepDone    EventKind = "step-done"
	EventStepFailed  EventKind = "step-failed"
	EventRunDone     EventKind = "run-done"
)

// Level grades a log line.
type Level string

// The levels.
const (
	LevelInfo  Level = "info"
	LevelWarn  Level = "warn"
	LevelError Level = "error"
)

// Event is one thing that happened in a run. Seq starts at 1 and has no gaps, but for
// those before an EventLog of no step: in it the agent says how many are missing.
type Event struct {
	Run     RunID     `json:"run"`
	Seq     int       `json:"seq"`
	At      time.Time `json:"at"`
	Kind    EventKind `json:"kind"`
	Step    int       `json:"step"` // index into the run's steps; -1 where no step is meant
	Level   Level     `json:"level,omitempty"`
	Text    string    `json:"text,omitempty"`
	Done    int       `json:"done,omitempty"`    // Progress: so far
	Total   int       `json:"total,omitempty"`   // Progress: of how many
	Until   time.Time `json:"until,omitzero"`    // Guarded: when it is taken back
	Returns any       `json:"returns,omitempty"` // StepDone of a call: what it returned
	Stack   []string  `json:"stack,omitempty"`   // StepDone, StepFailed, RunDone: the stack now
	Err     *Error    `json:"error,omitempty"`   // StepFailed; RunDone if the run did not succeed
}
