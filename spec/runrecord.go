package spec

import "time"

// How many runs an agent remembers. Of the last MaxRunsWithEvents the events are kept, of
// older ones only how they ended, and of those before the last MaxRuns a fingerprint, so
// that no run is ever executed again.
const (
	MaxRuns           = 10_000
	MaxRunsWithEvents = 200
)

// RunRecord is what an agent keeps of a run that it has begun.
type RunRecord struct {
	Run        RunID        `json:"run"`
	Deployment DeploymentID `json:"deployment,omitempty"`
	By         string       `json:"by,omitempty"`
	Lifecycle  string       `json:"lifecycle"`
	Digest     string       `json:"digest"` // of what was asked, to notice that the id has other content; "" if only the id is known
	Began      time.Time    `json:"began"`
	Reserved   int          `json:"reserved"`            // no event that anybody saw has a higher number
	Rebooting  string       `json:"rebooting,omitempty"` // all its steps are done, and the host was to reboot then: in which boot that was
	Events     []Event      `json:"events,omitempty"`    // the last ones; those of an ended run end with run-done
}

// Ended reports whether the run has ended.
func (r RunRecord) Ended() bool {
	return len(r.Events) > 0 && r.Events[len(r.Events)-1].Kind == EventRunDone
}

// EndedRun is as little of an ended run as is needed never to execute it again.
type EndedRun struct {
	Run    RunID
	Digest string
}
