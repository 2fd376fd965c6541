// Package find finds resources on the hosts of a fleet, and has what the commands about
// resources have in common: -J, -o, the PATTERN, its completion.
//
// It changes nothing on any host. It asks many hosts at once and waits for them all.
package find
