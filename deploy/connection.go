package deploy

import (
	"time"

	"github.com/armonic/armonic/spec"
)

// Connection is the state of the one connection through which a fleet reaches all its agents.
type Connection struct {
	Up     bool
	Server string    // as a person knows it: "armonic.example.com"
	Why    string    // if it is not up: "connection refused"
	Hint   string    // what a person may do about it; may be empty
	Since  time.Time // when it came up, or went down; zero if unknown
	Next   time.Time // when it is tried again, if it is not up; zero while it is being tried
	Tries  int       // how many failed since it went down
}

// Connected is a Fleet that is reached through one connection, which may break. A fleet without
// one, of agents in this process, does not implement it.
type Connected interface {
	Connection() Connection
	// RetryNow tries to connect at once rather than at Connection.Next. It does not wait for the
	// outcome.
	RetryNow()
}

// Roomed is a Fleet whose agents say in chat rooms what they do, a room for each deployment.
type Roomed interface {
	// Room is the address of a deployment's room, "" if it has none.
	Room(d spec.DeploymentID) string
}
