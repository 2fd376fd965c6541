// Package hostbench measures what a deployment of Armonic takes on real Debian hosts (see
// package hosttest), beside ansible-playbook with the same tasks over ssh to the same hosts;
// what a preview takes, and what it costs to note each effect durably. All of it are tests: go
// test tries each measurement in small, without Ansible, and make bench-hosts takes them in
// full and prints tables (docs/benchmarks.md). The modules in testdata/modules are real ones,
// and good to copy.
//
// It judges nothing: a goal that is missed is marked in the table. What it starts, hosts
// among it, ends with the test.
package hostbench
