// Package tui is the full-screen terminal UI: the fleet, the catalogue, planning a
// deployment, watching it. It draws deploy sessions and turns keys into answers.
//
// The model of this package routes and nothing else; each screen is a package
// below. It holds no rule of the business, touches no host and reads no clock
// while drawing. Frames are made once for each message; View hands out the last.
//
// The package starts no goroutine: commands are run by the UI library, and
// executions own theirs. A terminal that stands still delays no deployment.
package tui
