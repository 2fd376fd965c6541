package spec

import "time"

// Of so many runs an agent knows that it executed them, and of so many also what
// happened in them; of those before only how they ended.
const (
	MaxRuns    = 10_000
	MaxStories = 200
)

// Story is what an agent keeps of a run that it has begun: enough never to execute
// it again, and to tell what happened in it.
type Story struct {
	Run        RunID        `json:"run"`
	Deployment DeploymentID `json:"deployment,omitempty"`
	By         string       `json:"by,omitempty"`
	Lifecycle  string       `json:"lifecycle"`
	Digest     string       `json:"digest"` // of what was asked, to notice that the id has other content
	Began      time.Time    `json:"began"`
	Seen       int          `json:"seen"`             // no event that anybody saw has a higher number
	Events     []Event      `json:"events,omitempty"` // the last ones; those of an ended run end with run-done
}

// Ended reports whether the run has ended.
func (s Story) Ended() bool {
	return len(s.Events) > 0 && s.Events[len(s.Events)-1].Kind == EventRunDone
}

// Past is a run that has ended, as little of it as is needed never to execute it again.
type Past struct {
	Run    RunID
	Digest string
}

// Owed is a service that must be reloaded or restarted before what was changed in
// its configuration counts.
type Owed struct {
	Service string    `json:"service"`
	Restart bool      `json:"restart,omitempty"` // a reload is not enough
	For     string    `json:"for,omitempty"`     // whose change it was: "WebServer/Configured"
	At      time.Time `json:"at"`                // of the first change
}
