// Package need gets the programs that tests need: tmux, an XMPP server.
//
// A test says need.Program(t, "tmux", "tmux") and goes on with the program
// installed; or is skipped with a message that names the missing package; or, in
// CI, where nothing may be skipped, fails with it.
//
// It never installs what is there, nor without being root, and never anything but
// packages of the system's archive. It starts no goroutine. Only tests import it.
package need
