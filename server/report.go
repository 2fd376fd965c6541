package server

import "fmt"

// Status is how something was found to be.
type Status string

// The statuses.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "FAIL"
)

// Line is one thing that was looked at.
type Line struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Text   string `json:"text"`
	Fix    string `json:"fix,omitempty"` // what to change, and where
}

// Report is what was found.
type Report struct {
	Lines       []Line  `json:"lines"`
	Make        Make    `json:"make,omitempty"`
	Version     string  `json:"version,omitempty"`
	Rate        float64 `json:"calls_per_second,omitempty"`
	P50         float64 `json:"p50_ms,omitempty"`
	P99         float64 `json:"p99_ms,omitempty"`
	Unreachable bool    `json:"unreachable,omitempty"`

	tell func(Line)
}

// Failed reports whether anything must be changed.
func (r *Report) Failed() bool {
	for _, l := range r.Lines {
		if l.Status == Fail {
			return true
		}
	}
	return false
}

func (r *Report) add(name string, s Status, fix, format string, args ...any) {
	l := Line{name, s, fmt.Sprintf(format, args...), fix}
	if s == OK {
		l.Fix = ""
	}
	r.Lines = append(r.Lines, l)
	if r.tell != nil {
		r.tell(l)
	}
}

// fix is what to write into the configuration of the make that was found, or of both.
func (r *Report) fix(prosody, ejabberd string) string {
	switch r.Make {
	case Prosody:
		return "in Prosody's configuration: " + prosody
	case Ejabberd:
		return "in ejabberd.yml: " + ejabberd
	}
	return "with Prosody: " + prosody + "; with ejabberd: " + ejabberd
}
