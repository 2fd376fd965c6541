// Package xmppbench measures what agents over a real XMPP server cost: calls beside
// bare stanzas, a step on many hosts beside Ansible, memory, and how soon it is noticed
// that an agent is gone. All of it are tests: go test tries each measurement in small,
// and make bench-xmpp takes them in full and prints tables (docs/benchmarks.md).
//
// It judges nothing: a goal that is missed is marked in the table. What it starts, other
// processes among it, ends with the test.
package xmppbench
