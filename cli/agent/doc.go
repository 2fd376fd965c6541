// Package agent is `armonic agentd`, the agent of this host, and the commands that take
// agents into the fleet and out of it, and upgrade them.
//
// It applies nothing itself: package agentd does. It owns a goroutine that waits for the
// second signal, one that tells systemd that the agent is alive, and one that gives back
// memory, and one that waits for upgrades.
package agent
