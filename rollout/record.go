package rollout

import (
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Kind says what a record is about.
type Kind string

// The kinds of records.
const (
	RecordMade           Kind = "made"         // the deployment, without its tasks
	RecordPlanned        Kind = "planned"      // tasks; those of before that are not done are dropped
	RecordResumed        Kind = "resumed"      // somebody carries it out, from here on
	RecordHandedOver     Kind = "handed-over"  // a task becomes a run
	RecordStepStarted    Kind = "step-started" // not kept
	RecordProgress       Kind = "progress"     // not kept
	RecordStepDone       Kind = "step-done"
	RecordStepFailed     Kind = "step-failed"
	RecordAway           Kind = "away" // not kept: the agent of a running task does not answer; without an error it does again
	RecordTaskEnded      Kind = "task-ended"
	RecordRetried        Kind = "retried"
	RecordSkipped        Kind = "skipped"
	RecordMarkedDone     Kind = "marked-done"
	RecordStopped        Kind = "stopped"         // nothing more is to start
	RecordContinued      Kind = "continued"       // it is, again
	RecordRollback       Kind = "rollback"        // tasks that take others back
	RecordAwaitsApproval Kind = "awaits-approval" // the last plan: nothing of it is handed over before somebody has approved it
	RecordApproved       Kind = "approved"
	RecordRefused        Kind = "refused"
	RecordLeft           Kind = "left"     // nobody carries it out any more
	RecordReplaced       Kind = "replaced" // another deployment has taken its place
	RecordOver           Kind = "over"     // nothing runs, and nothing can go on: how it ended
)

// Record is one thing that happened to a deployment. Which fields are set depends on its
// kind.
type Record struct {
	N    int       `json:"n,omitempty"` // counts the records that are kept, from 1 on
	At   time.Time `json:"at"`
	Kind Kind      `json:"kind"`
	Who  string    `json:"who,omitempty"` // who decided or asked

	Task    resolver.TaskID `json:"task,omitempty"`
	Attempt int             `json:"attempt,omitempty"` // handed-over: from 1 on
	Run     spec.RunID      `json:"run,omitempty"`     // handed-over
	Step    int             `json:"step,omitempty"`    // index among the task's steps; of handed-over and retried the first one to be done
	Stack   []string        `json:"stack,omitempty"`   // of the task's lifecycle then, bottom first
	Returns any             `json:"returns,omitempty"` // step-done, marked-done: what the call returned
	Status  TaskStatus      `json:"status,omitempty"`  // task-ended
	Err     *spec.Error     `json:"error,omitempty"`
	Reason  string          `json:"reason,omitempty"` // of skipped, marked-done, approved and refused
	Digest  string          `json:"digest,omitempty"` // approved, refused: of the plan that this is about

	Leap  int `json:"leap,omitempty"`  // resumed: by how much its revision is beyond that of before, at random
	Done  int `json:"done,omitempty"`  // progress: so much
	Total int `json:"total,omitempty"` // of so much

	Made  *Made             `json:"made,omitempty"`
	Plan  *Plan             `json:"plan,omitempty"`  // planned, rollback
	Other spec.DeploymentID `json:"other,omitempty"` // replaced: by which
	Over  *Summary          `json:"over,omitempty"`

	Approval *Approval `json:"approval,omitempty"` // awaits-approval
}

// kept reports whether the record is part of the log. Others only say what can be asked of
// the agents again.
func (r *Record) kept() bool {
	switch r.Kind {
	case RecordStepStarted, RecordProgress, RecordAway:
		return false
	default:
		return true
	}
}

// Made is what a deployment is.
type Made struct {
	ID       spec.DeploymentID `json:"id"`
	Name     string            `json:"name"`               // what people call it: "proxy-lb1"
	Pattern  spec.Pattern      `json:"pattern"`            // of the root's provide
	Root     spec.Path         `json:"root,omitempty"`     // the provide that it calls
	Replaces spec.DeploymentID `json:"replaces,omitempty"` // the one of this name before
	Hosts    []spec.Host       `json:"hosts,omitempty"`    // that it touches, in order of first use
	Changed  spec.Changed      `json:"changed,omitempty"`  // what to do about what was changed since, and is to be taken back
}
