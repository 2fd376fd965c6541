// Package config gathers the settings of the agent and of the operator's commands:
// from files, the environment and flags, in rising order. It knows where each value
// came from, and refuses names that it does not know.
//
// It reads files and nothing else: what the settings mean, whether a server can be
// reached, what a password file holds that nobody asked for yet, is for others.
package config
