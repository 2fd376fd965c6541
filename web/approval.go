package web

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// requests is what the page of all that waits for approval shows.
type requests struct {
	All  []rollout.Request
	Errs []string
}

// request is what the page shows that approves or refuses a deployment.
type request struct {
	spec.Proposal
	Plan    plan
	Key     string // of what is shown: that is approved, or nothing
	Decided []decided
	Own     bool // who looks has asked for it, and cannot approve it
	May     rights
}

type decided struct {
	Host spec.Host
	spec.Decision
}

func requestsPage(v *visit) error {
	all, errs := v.port().Requests(v.r.Context())
	out := requests{All: all}
	for _, err := range errs {
		out.Errs = append(out.Errs, err.Error())
	}
	return v.show("requests", "deployments", "Waiting for approval", out)
}

// requestPage shows what a deployment is to do, as the agents have it who will be held to it.
func requestPage(v *visit) error {
	id := v.r.PathValue("id")
	q, err := v.port().Request(v.r.Context(), id)
	if err != nil {
		return err
	}
	if string(q.Deployment) != id { // it was found by another name, which may be like this id on purpose
		return v.goTo("/approvals/" + url.PathEscape(string(q.Deployment)))
	}
	out := request{Proposal: q.Proposal, Plan: planOf(q.Steps(), q.Previews()), Key: newToken(), Own: q.By == v.Who}
	out.May = v.may(planned(out.Plan))
	out.Plan.window(v)
	for _, h := range q.Hosts {
		for _, x := range h.Proposal.Decisions {
			out.Decided = append(out.Decided, decided{h.Host, x})
		}
	}
	v.Desk.mu.Lock()
	v.Desk.asked = shownRequest{out.Key, q}
	v.Desk.mu.Unlock()
	return v.show("request", "deployments", q.Proposal.Name, out)
}

// shownRequest is the request that was shown last.
type shownRequest struct {
	key string
	*rollout.Request
}

// decide approves or refuses what was shown.
func decide(v *visit) error {
	v.Desk.mu.Lock()
	shown := v.Desk.asked
	v.Desk.mu.Unlock()
	here := "/approvals/" + v.r.PathValue("id")
	if shown.Request == nil || !same(shown.key, v.r.PostFormValue("shown")) {
		return v.say(here, "Something else was shown last: look again at what is to be approved.")
	}
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	say, do := "approved", v.port().Approve
	if v.r.PostFormValue("do") == "refuse" {
		if reason == "" {
			return v.say(here, "Say why it is refused.")
		}
		say, do = "refused", v.port().Refuse
	}
	failed := do(v.r.Context(), shown.Request, reason)
	if len(failed) > 0 {
		return errors.Join(slices.Collect(maps.Values(failed))...)
	}
	return v.say("/approvals", "You have %s %s on %s.", say, shown.Proposal.Name, spec.Count(len(shown.Hosts), "host", "hosts"))
}
