// Package access says what a master may do with an agent, and refuses everybody else:
// who asks is looked at before what is asked. Refusals are logged, and cost so much in
// a second at most.
//
// Nothing here acts: no goroutine and no network.
package access
