//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package cli

import "golang.org/x/sys/unix"

// How the settings of a terminal are read and written here.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
