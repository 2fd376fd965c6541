// Package reload loads modules again when their files have changed, and keeps what did
// load where a file is wrong now.
//
// It watches nothing and starts no goroutine: who calls Poll decides how often.
package reload
