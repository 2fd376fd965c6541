package rollout

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// OpenLog opens the log of a deployment, by its id, the beginning of that, or its name: the
// one that is kept here, or a newer one of which agents have a copy.
func OpenLog(ctx context.Context, f deploy.Fleet, logs *Store, ref string) (Log, []Record, error) {
	found, far, err := locate(ctx, f, logs, ref)
	switch {
	case err != nil:
		return nil, nil, err
	case far != nil:
		return logs.Import(found.ID, far)
	}
	return logs.Open(found.ID)
}

// ReadLog gives the records of a deployment as OpenLog does, without holding its log.
func ReadLog(ctx context.Context, f deploy.Fleet, logs *Store, ref string) ([]Record, error) {
	found, far, err := locate(ctx, f, logs, ref)
	if err != nil {
		return nil, err
	}
	return newer(logs, found.ID, far)
}

// newer reads the log of a deployment that is kept here, unless the one of an agent is newer.
func newer(logs *Store, id spec.DeploymentID, far []Record) ([]Record, error) {
	near, err := logs.Read(id)
	if far == nil {
		return near, err
	}
	if Replay(far).revision() > Replay(near).revision() { // also if there is none here, or it cannot be read
		return far, nil
	}
	return near, nil
}

// locate finds a deployment: which it is, whose agents keep a copy, and its log as these have it,
// nil if they have none.
func locate(ctx context.Context, f deploy.Fleet, logs *Store, ref string) (Listed, []Record, error) {
	id, missing := logs.Find(ref)
	if missing != nil && spec.KindOf(missing) != spec.NotFound {
		return Listed{}, nil, missing
	}
	copies, errs := ListCopies(ctx, f)
	for _, x := range copies {
		if id != "" && x.ID != id || id == "" && !x.named(ref) {
			continue
		}
		far, err := ReadCopy(ctx, f, x)
		if err != nil && id == "" {
			return Listed{}, nil, err
		}
		return x, far, nil
	}
	switch {
	case id != "":
		return Listed{DeploymentSummary: spec.DeploymentSummary{ID: id}}, nil, nil
	case len(errs) > 0:
		return Listed{}, nil, spec.Errorf(spec.Unavailable, "there is no deployment %q here, and %s could not be asked", ref, spec.Count(len(errs), "host", "hosts"))
	}
	return Listed{}, nil, missing
}

// named reports whether a reference means the deployment.
func (x Listed) named(ref string) bool {
	return string(x.ID) == ref || x.Name == ref || len(ref) > 8 && strings.HasPrefix(string(x.ID), ref)
}

// Known is a deployment as it is known here, or to the agents of a fleet.
type Known struct {
	Summary
	Here   bool        `json:"here"`             // its log is kept on this machine
	Copies []spec.Host `json:"copies,omitempty"` // whose agents keep a copy
}

// List puts together the deployments that are kept here, if logs is not nil, and those of
// which agents keep copies, the newest first. Errs say what could not be read.
func List(ctx context.Context, f deploy.Fleet, logs *Store) (all []Known, errs []error) {
	if logs != nil {
		here, failed := logs.List()
		errs = failed
		for _, x := range here {
			all = append(all, Known{Summary: x, Here: true})
		}
	}
	copies, failed := ListCopies(ctx, f)
	if len(failed) > 0 {
		errs = append(errs, spec.Errorf(spec.Unavailable, "%s could not be asked which deployments they know", spec.Count(len(failed), "host", "hosts")))
	}
	for _, x := range copies {
		far := Summary{ID: x.ID, Name: x.Name, Root: spec.Path(x.Root), Hosts: []spec.Host{}, By: x.By, Made: x.Made, Ended: x.Ended, State: x.State, Awaits: x.Awaits, Revision: x.Revision}
		i := slices.IndexFunc(all, func(have Known) bool { return have.ID == x.ID })
		switch {
		case i < 0:
			i = len(all)
			all = append(all, Known{Summary: far})
		case x.Revision > all[i].Revision: // somebody went on with it elsewhere
			far.Hosts = all[i].Hosts
			all[i].Summary = far
		}
		all[i].Copies = x.Hosts
	}
	slices.SortStableFunc(all, func(a, b Known) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID)) })
	return all, errs
}
