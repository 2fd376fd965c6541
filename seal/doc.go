// Package seal keeps secrets unreadable at rest: in answers files and journals.
//
// It encrypts with a key that lies in a file of the user's, mode 0600; one that others
// can read is refused. It never prints, logs or caches a secret, and starts no goroutine.
package seal
