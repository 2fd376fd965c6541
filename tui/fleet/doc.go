// Package fleet is the screen of hosts: which there are, how they are, and of the
// chosen one what is applied, with what, and what it offers.
package fleet
