// Command manual writes what a package has for reading besides the program: a manual page
// for each command, and completions for shells. Both are made from the commands themselves.
//
//	go run ./internal/manual FOLDER
//
// makes FOLDER/man1/*.1 and FOLDER/completions/armonic.{bash,zsh,fish}. It is no part of the
// program, and starts no goroutine.
package main
