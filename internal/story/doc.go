// Package story is a test: a WordPress on two web hosts behind a balancer, with its database
// on another host, on real Debian hosts with agents over a real server. It is deployed, said
// again, changed in place, cut off, killed, edited by hand, repaired, extended and undone.
package story
