// Package start is what a person sees who starts the terminal UI without any configuration: try
// it on simulated hosts, connect to a server, or only look.
//
// It connects to nothing and writes no file: it is given functions that do. It starts no goroutine.
package start
