package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Request is a deployment that somebody is to approve, as the agents have it: what they are held
// to, and what they say that it would change.
type Request struct {
	spec.Proposal // of its first host, without tasks
	Hosts         []RequestHost
}

// RequestHost is what is to be done on one host.
type RequestHost struct {
	Host     spec.Host
	Proposal spec.Proposal
}

// Requests lists what agents have been asked to wait for, the newest first, also what was
// decided about lately. Tasks are not in it. Errs say which hosts could not be asked.
func (d Deployments) Requests(ctx context.Context) (all []Request, errs []error) {
	return d.requests(ctx, d.online(), func(ctx context.Context, a spec.Agent) ([]spec.Proposal, error) { return a.Proposals(ctx) })
}

// Request gives what is to be approved of a deployment, by its id, the beginning of that, or its
// name: then it is the newest. The error is spec.NotFound if no agent knows of any.
func (d Deployments) Request(ctx context.Context, ref string) (*Request, error) {
	all, errs := d.Requests(ctx)
	i := slices.IndexFunc(all, func(q Request) bool {
		return Listed{DeploymentSummary: spec.DeploymentSummary{ID: q.Deployment, Name: q.Name}}.named(ref)
	})
	switch {
	case i >= 0:
	case len(errs) > 0:
		return nil, spec.Errorf(spec.Unavailable, "no deployment %q is to be approved on the hosts that answer: %v", ref, errors.Join(errs...))
	default:
		return nil, spec.Errorf(spec.NotFound, "no deployment %q is to be approved", ref).WithHint("armonic deployments lists those that wait for it")
	}
	hosts := make([]spec.Host, len(all[i].Hosts))
	for j, h := range all[i].Hosts {
		hosts[j] = h.Host
	}
	return d.requestOn(ctx, all[i].Deployment, hosts)
}

// requestOn reads what is to be approved of a deployment, as a whole.
func (d Deployments) requestOn(ctx context.Context, id spec.DeploymentID, hosts []spec.Host) (*Request, error) {
	all, errs := d.requests(ctx, hosts, func(ctx context.Context, a spec.Agent) ([]spec.Proposal, error) {
		p, err := a.Proposal(ctx, id)
		return []spec.Proposal{p}, err
	})
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if len(all) != 1 {
		return nil, spec.Errorf(spec.NotFound, "no deployment %q is to be approved", string(id))
	}
	return &all[0], nil
}

func (d Deployments) online() (out []spec.Host) {
	for _, h := range d.Fleet.Hosts() {
		if h.Link == spec.LinkOn {
			out = append(out, h.Host)
		}
	}
	return out
}

func (d Deployments) requests(ctx context.Context, hosts []spec.Host, ask func(context.Context, spec.Agent) ([]spec.Proposal, error)) (all []Request, errs []error) {
	found := make([][]spec.Proposal, len(hosts))
	failed := deploy.InParallel(len(hosts), func(i int) error {
		return deploy.AskHost(ctx, d.Fleet, hosts[i], func(ctx context.Context, a spec.Agent) (err error) {
			found[i], err = ask(ctx, a)
			return err
		})
	})
	for i, h := range hosts {
		if failed[i] != nil {
			errs = append(errs, fmt.Errorf("%s: %w", h, failed[i]))
			continue
		}
		for _, p := range found[i] {
			at := slices.IndexFunc(all, func(q Request) bool { return q.Deployment == p.Deployment })
			if at < 0 {
				at = len(all)
				all = append(all, Request{Proposal: p.Without()})
			}
			all[at].Hosts = append(all[at].Hosts, RequestHost{h, p})
		}
	}
	slices.SortStableFunc(all, func(x, y Request) int { return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.Deployment, x.Deployment)) })
	return all, errs
}

// Approve says to each agent of a request that what it has shown may be done. The errors are of
// those that did not take it: of kind spec.Denied if who asks may not approve there, spec.Conflict
// if it was planned again since.
func (d Deployments) Approve(ctx context.Context, q *Request, reason string) map[spec.Host]error {
	return d.decide(ctx, q, spec.Decision{Reason: reason})
}

// Refuse says to each agent of a request that it must not be done, for a reason.
func (d Deployments) Refuse(ctx context.Context, q *Request, reason string) map[spec.Host]error {
	return d.decide(ctx, q, spec.Decision{Refused: true, Reason: reason})
}

func (d Deployments) decide(ctx context.Context, q *Request, what spec.Decision) map[spec.Host]error {
	failed := deploy.InParallel(len(q.Hosts), func(i int) error {
		x := what
		x.Deployment, x.Digest, x.By = q.Deployment, q.Hosts[i].Proposal.Digest, d.Options.By
		return deploy.AskHost(ctx, d.Fleet, q.Hosts[i].Host, func(ctx context.Context, a spec.Agent) error { return a.Decide(ctx, x) })
	})
	out := map[spec.Host]error{}
	for i, err := range failed {
		if err != nil {
			out[q.Hosts[i].Host] = err
		}
	}
	return out
}

// Steps is the plan of the request, host by host, as front ends draw plans.
func (q *Request) Steps() *resolver.Plan {
	out := &resolver.Plan{After: map[spec.Host]map[string][]string{}}
	for _, h := range q.Hosts {
		out.Hosts = append(out.Hosts, h.Host)
		out.After[h.Host] = map[string][]string{}
		for _, t := range h.Proposal.Tasks {
			out.After[h.Host][t.Lifecycle] = spec.StackAfter(t.From, t.Steps)
			out.Tasks = append(out.Tasks, resolver.Task{ID: resolver.TaskID(t.ID), Node: nodeOf(t.ID), Host: h.Host, Lifecycle: t.Lifecycle, From: t.From, Steps: t.Steps})
		}
	}
	return out
}

// nodeOf is the node of a task, by its id.
func nodeOf(task string) resolver.NodeID {
	node, _, _ := strings.Cut(task, "#")
	return resolver.NodeID(node)
}

// Previews are what the agents say that the tasks would change.
func (q *Request) Previews() map[resolver.TaskID]deploy.TaskPreview {
	out := map[resolver.TaskID]deploy.TaskPreview{}
	for _, h := range q.Hosts {
		for _, t := range h.Proposal.Tasks {
			x := deploy.TaskPreview{Steps: t.Preview}
			if t.Err != nil {
				x.Err = t.Err
			}
			out[resolver.TaskID(t.ID)] = x
		}
	}
	return out
}

// Changes counts the changes, and says which of them cannot be taken back.
func (q *Request) Changes() (n int, irreversible []string) {
	for _, h := range q.Hosts {
		for _, t := range h.Proposal.Tasks {
			for i := range t.Preview {
				n += len(t.Preview[i].Changes)
			}
			for _, what := range forever(t.Preview) {
				irreversible = append(irreversible, what+" on "+string(h.Host))
			}
		}
	}
	return n, irreversible
}

// mostCommands is for how many hosts the message to an approver names the commands.
const mostCommands = 5

// Text asks somebody to approve, in a message.
func (q *Request) Text(by string, f deploy.Fleet) string {
	var hosts []string
	for _, h := range q.Hosts {
		hosts = append(hosts, string(h.Host))
	}
	n, irreversible := q.Changes()
	text := fmt.Sprintf("%s asks you to approve the deployment %s (%s): %s\n", by, q.Name, q.Deployment, q.Root)
	text += fmt.Sprintf("%s on %s, which change at least %s.\n", spec.Count(q.Steps().Steps(), "step", "steps"), strings.Join(hosts, ", "), spec.Count(n, "thing", "things"))
	if len(irreversible) > 0 {
		text += fmt.Sprintf("This cannot be undone: %s.\n", strings.Join(irreversible, "; "))
	}
	text += fmt.Sprintf("To see it and decide: armonic deployments approve %s, or refuse.\n", q.Deployment)
	accounts := map[spec.Host]string{}
	for _, h := range f.Hosts() {
		accounts[h.Host] = h.Account
	}
	if len(q.Hosts) > mostCommands {
		text += "In this client: the command \"Approve or refuse " + q.Name + "\" of the agent of each of the hosts."
		return text
	}
	text += "In this client: the command \"Approve or refuse " + q.Name + "\" of each of"
	for _, h := range q.Hosts {
		text += fmt.Sprintf("\nxmpp:%s/agent?command;node=%s", accounts[h.Host], url.PathEscape("approve "+string(q.Deployment)))
	}
	return text
}
