package spec

import "time"

// Link is the state of the connection to an agent.
type Link string

// The states of a link.
const (
	LinkOn   Link = "on"
	LinkOff  Link = "off"
	LinkLost Link = "lost" // it vanished while a run was executed; the outcome is not known
)

// HostStatus is what a fleet says of a host without asking its agent.
type HostStatus struct {
	Host    Host      `json:"host"`
	Account string    `json:"account,omitempty"` // of its agent on an XMPP server, name@domain; "" if there is none
	Link    Link      `json:"link"`
	Why     string    `json:"why,omitempty"`  // if it is not on: "seen 14m ago", "no agent"
	Since   time.Time `json:"since,omitzero"` // of the link's state; zero if unknown
	Offline bool      `json:"-"`              // it is known not to be on; false where the server cannot be asked

	// What the agent said of itself last, if the fleet knows without asking it.
	OS      OS     `json:"os"`
	Version string `json:"version,omitempty"` // of Armonic
	Busy    RunID  `json:"busy,omitempty"`    // the run it executes, or executed when it was lost
	Modules string `json:"-"`                 // differs once other modules were handed over to it; "" if none were

	Simulated bool `json:"simulated,omitempty"` // there is no such host: it is in the memory of this process

	Unapproved bool `json:"unapproved,omitempty"` // it joined by itself, and no person has approved it: it gets no work
	Like       Host `json:"like,omitempty"`       // another host of the fleet that it can be taken for, "" if there is none
	Twice      bool `json:"twice,omitempty"`      // another program took its connection lately: its account is in use twice
}

// Connection is the state of the one connection through which a fleet reaches all its
// agents.
type Connection struct {
	Up     bool
	Server string    // as a person knows it: "armonic.example.com"
	Why    string    // if it is not up: "connection refused"
	Hint   string    // what a person may do about it; may be empty
	Since  time.Time // when it came up, or went down; zero if unknown
	Next   time.Time // when it is tried again, if it is not up; zero while it is being tried
	Tries  int       // how many failed since it went down
}
