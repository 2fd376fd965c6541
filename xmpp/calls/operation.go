package calls

import (
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// operation names a method of spec.Agent, spec.Upgrader or spec.ModuleKeeper on the wire.
type operation string

const (
	opInfo     operation = "info"
	opDescribe operation = "describe"
	opProvides operation = "provides"
	opRoute    operation = "route"
	opPaths    operation = "paths"
	opCheck    operation = "check"
	opPreview  operation = "preview"
	opDrift    operation = "drift"
	opStacks   operation = "stacks"
	opStart    operation = "start"
	opStop     operation = "stop"
	opConfirm  operation = "confirm"
	opFollow   operation = "follow"
	opUnfollow operation = "unfollow"

	opPutDeployment operation = "put-deployment"
	opDeployments   operation = "deployments"
	opDeployment    operation = "deployment"

	opPropose   operation = "propose"
	opProposals operation = "proposals"
	opProposal  operation = "proposal"
	opDecide    operation = "decide"

	opStageUpgrade   operation = "stage-upgrade"
	opUpgrade        operation = "upgrade"
	opConfirmUpgrade operation = "confirm-upgrade"

	opStageModules operation = "stage-modules"
	opUseModules   operation = "use-modules"
)

// needs is the least role that may do an operation.
func (o operation) needs() access.Role {
	switch o {
	case opStart, opStop, opConfirm, opPutDeployment, opDeployment, opPropose, opProposal:
		return access.Request
	case opDecide:
		return access.Approve
	case opStageUpgrade, opUpgrade, opConfirmUpgrade:
		return access.Deploy
	case opStageModules, opUseModules:
		return access.Push
	}
	return access.Observe
}

// parameters are those of operations that have no type in package spec.
type parameters struct {
	Pattern    spec.Pattern      `json:"pattern,omitempty"`    // describe, provides
	Run        spec.RunID        `json:"run,omitempty"`        // stop, confirm, follow
	Lifecycle  string            `json:"lifecycle,omitempty"`  // drift
	Deployment spec.DeploymentID `json:"deployment,omitempty"` // deployment, proposal
	Digest     string            `json:"digest,omitempty"`     // confirm-upgrade
	Brief      bool              `json:"brief,omitempty"`      // stacks: with as much of their history as planning needs
	Follow     string            `json:"follow,omitempty"`     // follow, unfollow: names this follower among those of the client
	After      int               `json:"after,omitempty"`      // follow

	Rooms  session.JID `json:"rooms,omitempty"`  // follow: the conference service in whose rooms the client would tell the run
	Queued int         `json:"queued,omitempty"` // follow: the last event that it has said there, or is about to
	Said   int         `json:"said,omitempty"`   // follow, unfollow: the last event that it has said there
}

// work is what is to be previewed.
type work struct {
	spec.Work
	Then []spec.Work `json:"then,omitempty"` // what is done after it on the host
}

// batch is what a follower is told at once, and toldBatch how it is written.
type (
	batch     = batchOf[spec.Event]
	toldBatch = batchOf[value.Encoded]
)

type batchOf[E any] struct {
	After  int         `json:"after"`            // the number of the event before these, as this follower was told them
	Events []E         `json:"events,omitempty"` // in order
	Ended  bool        `json:"ended,omitempty"`  // nothing follows
	Paused bool        `json:"paused,omitempty"` // nothing follows unless it is asked for
	Err    *spec.Error `json:"error,omitempty"`  // why following ended, if the run did not
	Speak  bool        `json:"speak,omitempty"`  // in an answer: the client is to tell the run in its room …
	Said   int         `json:"said,omitempty"`   // … after this event
}

// credit is how many events a follower is told before it must ask again, so that one
// who is slow is not flooded.
const credit = 1000

// element makes an element of a version of our protocol.
func element(local string, version int, attrs ...string) *session.Element {
	return session.New(wire.Namespace, local, append([]string{"v", strconv.Itoa(version)}, attrs...)...)
}

// callElement is a call. Ref names it among those of the client, for the client to ask
// whether it is still being served.
func callElement(o operation, version int, ref, text string) *session.Element {
	return element("call", version, "op", string(o), "ref", ref).WithText(text)
}

// setPieces says that the text is elsewhere, in so many pieces under an id.
func setPieces(e *session.Element, id string, n int) *session.Element {
	e.Text = ""
	e.Attrs = append(e.Attrs, session.Attr{Name: "id", Value: id}, session.Attr{Name: "pieces", Value: strconv.Itoa(n)})
	return e
}

// piecesOf reads that; n is 0 if the text is in the element.
func piecesOf(e *session.Element) (id string, n int, err error) {
	if e.Attr("pieces") == "" {
		return "", 0, nil
	}
	n, err = strconv.Atoi(e.Attr("pieces"))
	if err == nil {
		err = wire.Pieces(n)
	}
	if err != nil {
		return "", 0, spec.Errorf(spec.Invalid, "the number of pieces is wrong")
	}
	return e.Attr("id"), n, nil
}
