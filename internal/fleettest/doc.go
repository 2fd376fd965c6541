// Package fleettest has a fleet of real agents in this process, whose links can be cut, and
// lifecycles that fail and wait as a test says.
package fleettest
