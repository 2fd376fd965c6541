package spec

import "time"

// Command is a program to run on a host, without a shell.
type Command struct {
	Argv    []string          // the program and its arguments
	Script  string            // its text, if the program is a script that is not on the host
	Dir     string            // where it runs, "" is /
	User    string            // the user that it runs as, "" is that of the agent
	Env     map[string]string // besides a small environment that is always the same
	Input   string            // its standard input
	Timeout time.Duration     // 0 is the host's default
	Creates string            // a path; if it exists, there is nothing to do
	Unless  []string          // a program; if it ends with 0, there is nothing to do
}

// CommandResult is how a command ended.
type CommandResult struct {
	Skipped string // why it was not run, "" if it was
	Code    int    // its exit code, 128 and more for a signal
	Stdout  string // the first part of it
	Stderr  string
	Last    []string // the last lines of both, oldest first
}
