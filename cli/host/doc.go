// Package host is `armonic host`: put agents on hosts and take them away.
//
// What is done on a host is known to package enrol. It owns a goroutine for each host that is
// worked on, and waits for all of them.
package host
