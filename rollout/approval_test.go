package rollout_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// posted is a fleet through which people are written to.
type posted struct {
	*fleettest.Fleet
	mu   sync.Mutex
	said []string
}

func (p *posted) Message(account, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, account+": "+text)
}

// asking carries a deployment out that bob has to approve.
func asking(t *testing.T, f deploy.Fleet, logs *rollout.Store, demands ...rollout.Demand) *rollout.Rollout {
	t.Helper()
	if demands == nil {
		demands = []rollout.Demand{{By: []string{"bob"}}}
	}
	r, err := rollout.New(fleettest.Planned(t, f, "a"), rollout.Options{By: "ann", Name: "shop", Logs: logs, Approval: demands})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.Start(t.Context())
	return r
}

// asked waits until all agents know what is to be approved.
func asked(t *testing.T, r *rollout.Rollout) *rollout.Snapshot {
	t.Helper()
	for version := -1; ; version = r.Changed(t.Context(), version) {
		s := r.Snapshot()
		if len(s.Asked) > 0 && !slices.ContainsFunc(s.Asked, func(x rollout.Asked) bool { return x.Err != nil }) || t.Context().Err() != nil {
			return s
		}
	}
}

func store(t *testing.T) *rollout.Store {
	t.Helper()
	dir := t.TempDir()
	return rollout.NewStore(filepath.Join(dir, "deployments"), seal.KeyFile{Path: filepath.Join(dir, "key")})
}

func as(f deploy.Fleet, who string) rollout.Deployments {
	return rollout.Deployments{Fleet: f, Options: rollout.Options{By: who}}
}

func request(t *testing.T, f deploy.Fleet, who string) *rollout.Request {
	t.Helper()
	q, err := as(f, who).Request(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestNothingIsHandedOverBeforeItIsApproved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := &posted{Fleet: fleettest.New(t, l.Lifecycles(), "main", "a")}
		logs := store(t)
		r := asking(t, f, logs)
		s := asked(t, r)
		if s.Awaits == nil || s.Awaits.Who() != "bob" || s.Running > 0 || s.Over || len(s.Asked) != 2 || s.Asked[0].Missing != "bob" {
			t.Fatalf("it stands so: %+v", s)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(l.Calls) > 0 {
			t.Fatalf("called without approval: %q", l.Calls)
		}
		all, errs := as(f, "bob").List(t.Context())
		if len(errs) > 0 || len(all) != 1 || all[0].State != "waits for approval" || all[0].Awaits != "bob" {
			t.Errorf("others are told %+v, %v", all, errs)
		}
		if len(f.said) != 1 || !strings.HasPrefix(f.said[0], "bob: ann asks you to approve the deployment shop") || !strings.Contains(f.said[0], "on ") {
			t.Errorf("said is %q", f.said)
		}

		if errs := as(f, "ann").Approve(t.Context(), request(t, f, "ann"), ""); len(errs) != 2 || spec.KindOf(errs["a"]) != spec.Denied {
			t.Errorf("who asks approves: %v", errs)
		}
		if errs := as(f, "eve").Approve(t.Context(), request(t, f, "eve"), "why not"); len(errs) > 0 {
			t.Fatal(errs)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(l.Calls) > 0 {
			t.Fatalf("called although only eve has approved: %q", l.Calls)
		}
		q := request(t, f, "bob")
		if q.Steps().Steps() != s.Steps || len(q.Previews()) != len(s.Tasks) {
			t.Errorf("bob sees %d steps of %d", q.Steps().Steps(), s.Steps)
		}
		if errs := as(f, "bob").Approve(t.Context(), q, ""); len(errs) > 0 {
			t.Fatal(errs)
		}
		if s = wait(t, r); !s.OK || s.Approved != "bob, eve" || len(l.Calls) != 2 {
			t.Errorf("it ended so: %+v, calls %q", s, l.Calls)
		}
		records, err := logs.Read(r.ID())
		if err != nil {
			t.Fatal(err)
		}
		kinds := []rollout.Kind{}
		for _, x := range records {
			kinds = append(kinds, x.Kind)
		}
		approved, handed := slices.Index(kinds, rollout.RecordApproved), slices.Index(kinds, rollout.RecordHandedOver)
		if approved < 0 || handed < approved || slices.Index(kinds, rollout.RecordAwaitsApproval) != 2 {
			t.Errorf("the log is %q", kinds)
		}
	})
}

func TestWhatIsRefusedIsNotDoneUntilItIsPlannedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		r := asking(t, f, nil)
		asked(t, r)
		first := request(t, f, "bob")
		if errs := as(f, "bob").Refuse(t.Context(), first, "not on a Friday"); len(errs) > 0 {
			t.Fatal(errs)
		}
		s := wait(t, r)
		if s.OK || s.Refused != "bob" || s.RefusedWhy != "not on a Friday" || len(l.Calls) > 0 {
			t.Fatalf("it ended so: %+v, calls %q", s, l.Calls)
		}
		again := r.NewSession()
		if err := again.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Replan(again, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		if s = asked(t, r); s.Awaits == nil || s.Refused != "" {
			t.Fatalf("planned again it stands so: %+v", s)
		}
		if errs := as(f, "bob").Approve(t.Context(), first, ""); len(errs) != 2 || spec.KindOf(errs["a"]) != spec.Conflict {
			t.Errorf("what was planned before is approved: %v", errs)
		}
		if errs := as(f, "bob").Approve(t.Context(), request(t, f, "bob"), ""); len(errs) > 0 {
			t.Fatal(errs)
		}
		if s = wait(t, r); !s.OK || s.Approved != "bob" {
			t.Errorf("it ended so: %+v", s)
		}
		p, err := r.PlanRollback(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Rollback(p, nil); err != nil {
			t.Fatal(err)
		}
		if s = asked(t, r); s.Awaits == nil || s.Approved != "" {
			t.Errorf("the rollback stands so: %+v", s)
		}
	})
}

func TestSomebodyElseGoesOnWithWhatWasApproved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		r := asking(t, f, store(t))
		asked(t, r)
		r.Close()
		if errs := as(f, "bob").Approve(t.Context(), request(t, f, "bob"), ""); len(errs) > 0 {
			t.Fatal(errs)
		}
		d := rollout.Deployments{Fleet: f, Options: rollout.Options{By: "bob", Logs: store(t)}}
		r, err := d.Resume(t.Context(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		r.Start(t.Context())
		if s := wait(t, r); !s.OK || s.Approved != "bob" || s.By != "bob" {
			t.Errorf("it ended so: %+v", s)
		}
	})
}

func TestOnlyWhatIsDemandedIsApproved(t *testing.T) {
	forever := []spec.StepPreview{{}, {Irreversible: true}}
	for name, c := range map[string]struct {
		demand rollout.Demand
		shown  []spec.StepPreview
		none   bool
		who    string
	}{
		"of all":                {rollout.Demand{By: []string{"bob", "eve"}}, nil, false, "bob or eve on a, main"},
		"of a host":             {rollout.Demand{By: []string{"bob"}, Hosts: []string{"m*"}}, nil, false, "bob on main"},
		"of no host":            {rollout.Demand{By: []string{"bob"}, Hosts: []string{"b", "x*"}}, nil, false, ""},
		"of what stays":         {rollout.Demand{By: []string{"bob"}, Irreversible: true}, forever, false, "bob on a, main"},
		"of what can be undone": {rollout.Demand{By: []string{"bob"}, Irreversible: true}, []spec.StepPreview{{}}, false, ""},
		"of what was not shown": {rollout.Demand{By: []string{"bob"}, Irreversible: true}, nil, true, "bob on a, main"},
	} {
		t.Run(name, func(t *testing.T) {
			f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
			s := fleettest.Planned(t, f, "a")
			opt := rollout.Options{Approval: []rollout.Demand{c.demand}}
			if !c.none {
				opt.Shown = map[resolver.TaskID]deploy.TaskPreview{}
				for _, x := range s.Result().Plan.Tasks {
					opt.Shown[x.ID] = deploy.TaskPreview{Steps: c.shown}
				}
			}
			r, err := rollout.New(s, opt)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got := ""
			if a := r.Snapshot().Awaits; a != nil {
				hosts := []string{}
				for _, h := range a.Rules[0].Hosts {
					hosts = append(hosts, string(h))
				}
				slices.Sort(hosts)
				got = a.Who() + " on " + strings.Join(hosts, ", ")
			}
			if got != c.who {
				t.Errorf("it waits for %q, want %q", got, c.who)
			}
		})
	}
}
