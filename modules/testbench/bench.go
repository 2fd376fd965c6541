package testbench

import (
	"context"

	"github.com/armonic/armonic/spec"
)

// Bench is what one test function of a module works on: simulated hosts, of which
// nothing is known at first.
type Bench interface {
	// Fleet begins again with these hosts, each of the system, and nothing applied.
	Fleet(hosts []string, system string) error
	// Deploy carries out what somebody would at the terminal, taking every suggestion
	// for what is not said. The error is that of the plan or of the first step that
	// failed.
	Deploy(ctx context.Context, d Deployment) (Result, error)
	// Undo leaves all states that are applied on a host, or with "" on all.
	Undo(ctx context.Context, host string) error
	// Stack names what is applied of a lifecycle, bottom first.
	Stack(host, lifecycle string) ([]string, error)
	// Logs are the lines that a host has logged, or with "" all, in order.
	Logs(host string) []string
	// Fake says what a command gives from now on, on a host or with "" on all.
	Fake(host string, argv []string, gives spec.CommandResult) error
	// Ran lists the commands that would have been run, on a host or with "" on all.
	Ran(host string) ([]string, error)
	// Changes lists what operations changed.
	Changes(host string) ([]string, error)
	// File is the content of a file of a host, "" being the first; false if there is none.
	File(host, path string) (string, bool, error)
	// Close ends what runs.
	Close()
}

// Deployment is what a test deploys.
type Deployment struct {
	Pattern string
	On      string            // "" is the first host
	Hosts   map[string]string // require -> "h1,h2"
	Set     map[string]string // pattern of variables -> value
	Choose  map[string]string // node, or its pattern -> "Lifecycle/State/provide"
}

// Result is what came of it.
type Result struct {
	Returns any
	Steps   []string // "web1: WebServer: enter Configured"
	Logs    []string
}
