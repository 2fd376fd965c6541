// Package servicetest is tests of the services that come with the program, on real Debian hosts: each is
// deployed, used, said again, and taken back. What internal/story deploys is told there.
package servicetest
