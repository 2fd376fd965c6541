// Package need tells whether what a test needs is here: a program, such as tmux or an
// XMPP server, or being root.
//
// A test says need.Program(t, "tmux") and goes on with the path of the program; or is
// skipped with a message that names the missing package; or, in CI, where nothing may
// be skipped, fails with it. The programs are listed in the file programs, which
// scripts/programs installs from.
//
// It installs nothing and starts no goroutine. Only tests import it.
package need
