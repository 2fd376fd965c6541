// Package agenttest is the contract of spec.Agent as tests: what any agent must do,
// in this process or at the other end of a wire. It supplies the lifecycles that
// the agent under test must serve, and judges it by its answers and events alone.
//
// Tests wait for events and never for time, so that they run as well against real
// agents as inside a testing/synctest bubble. What a test starts it awaits.
package agenttest
