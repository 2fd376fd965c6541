// Package trial tries modules out on simulated hosts: it runs their tests, and checks
// what can be checked of a module that has none.
//
// Nothing is changed on the machine it runs on; the hosts are agents in this process,
// which are closed before a function returns. The package starts no goroutine of its
// own.
package trial
