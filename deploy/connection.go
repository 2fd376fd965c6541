package deploy

import (
	"github.com/armonic/armonic/spec"
)

// Connected is a Fleet that is reached through one connection, which may break. A fleet without
// one, of agents in this process, does not implement it.
type Connected interface {
	Connection() spec.Connection
	// RetryNow tries to connect at once rather than at spec.Connection.Next. It does not wait for the
	// outcome.
	RetryNow()
}

// Roomed is a Fleet whose agents say in chat rooms what they do, a room for each deployment.
type Roomed interface {
	// Room is the address of a deployment's room, "" if it has none.
	Room(d spec.DeploymentID) string
}
