//nolint:thelper // these run the tests themselves
package agenttest

import (
	"testing"
	"testing/synctest"

	"github.com/armonic/armonic/spec"
)

// Opener starts an agent that serves Lifecycles on Host, with nothing applied and
// nothing to do. The function it returns ends everything that was started.
type Opener func(t testing.TB) (agent spec.Agent, cleanup func())

// Case is one clause of the contract.
type Case struct {
	Name string
	Test func(t testing.TB, agent spec.Agent)
}

// Run tests an agent against the whole contract, a new agent for each clause.
func Run(t *testing.T, open Opener) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) { run(t, open, c) })
	}
}

// RunInBubble is Run with each clause in a synctest bubble: a clause that waits for
// ever is a deadlock, found at once, and so is a goroutine that outlives the agent.
func RunInBubble(t *testing.T, open Opener) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { run(t, open, c) })
		})
	}
}

func run(t *testing.T, open Opener, c Case) {
	agent, cleanup := open(t)
	defer cleanup()
	c.Test(t, agent)
}

// Cases are all clauses, for those who run them in their own way.
func Cases() []Case {
	return []Case{
		{"info names the host", infoNamesTheHost},
		{"provides are those that match and can be called", providesMatch},
		{"a wrong pattern is invalid", wrongPattern},
		{"describe lists every resource", describesResources},
		{"paths are listed in order", pathsInOrder},
		{"a route leads to a provide", routeLeads},
		{"a route starts from a given stack", routeFromGivenStack},
		{"a route to what is not there is not found", routeNotFound},
		{"check lists all that is wrong", checkListsAll},
		{"check accepts values to be returned", checkAcceptsDeferred},
		{"preview shows the steps in order", previewInOrder},
		{"stacks lists every lifecycle", stacksListAll},

		{"a run tells all its events", runTellsItsEvents},
		{"a run applies states", runAppliesStates},
		{"what a provide did is taken back", takesBack},
		{"a run that is started twice is executed once", startIsIdempotent},
		{"an id with other content is a conflict", startConflict},
		{"a run that cannot be is refused at once", startRefused},
		{"runs are executed in order, one at a time", runsInOrder},
		{"a stack that has moved is a conflict", movedStack},
		{"wrong values end a run before anything is done", wrongValues},
		{"a value that is not known yet ends a run", deferredValues},
		{"a failing step ends its run and no other", failingStep},
		{"a panic is an internal error", panickingStep},
		{"a guarded step waits to be confirmed", guardedStep},

		{"a returned password arrives, and cannot be read by chance", passwordArrives},
		{"a returned password is in no stack", passwordInNoStack},

		{"follow replays from the middle", followFromTheMiddle},
		{"two followers see the same", twoFollowers},
		{"a slow follower holds up nobody", slowFollower},
		{"follow gives the errors of its caller", followErrors},
		{"following an unknown run is not found", followUnknown},
		{"stop ends a run that waits", stopWaiting},
		{"stop ends a run that is executed", stopRunning},
		{"stopping what has ended does nothing", stopEnded},

		{"records of deployments are kept", deploymentsAreKept},
		{"an older revision of a deployment is a conflict", deploymentConflict},
		{"a record that cannot be is refused", deploymentRefused},
		{"old records of deployments are dropped", oldDeploymentsAreDropped},

		{"what is to be approved is kept", proposalsAreKept},
		{"a proposal that cannot be is refused", proposalsRefused},
		{"a decision names what it is about", decisionsNameWhatTheyAreAbout},
		{"secrets of a proposal are hidden", proposedSecretsAreHidden},
		{"old proposals are dropped", oldProposalsAreDropped},
	}
}
