// Package packaging has what Debian packages are made of, besides the program, and the tests
// that make them, install them on real hosts and remove them again. scripts/deb and
// scripts/repo, which `make deb` and `make repo` run, read the files beside this one.
//
// There is no code here but tests.
package packaging
