package rollout

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// What the model test found, each as a case of its own.

// scene is a case that goes on as its test says.
func scene(t *testing.T, c modelCase, play func(c *course)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var j judge
		func() {
			defer func() {
				if x := recover(); x != nil && x != (enough{}) {
					panic(x)
				}
			}()
			x := &course{modelCase: c, t: &j}
			x.w = newWorld(&j, 1, c.lifecycles, []spec.Host{"h1", "h2"}[:c.Hosts]...)
			defer x.w.end()
			x.deployBefore()
			f := &fleet{w: x.w}
			x.begin(c.session(&j, f, "//Whole//go", "2", "2"), f)
			defer func() { x.now.r.Close() }()
			play(x)
		}()
		for _, text := range j.said {
			t.Error(text)
		}
	})
}

// breakNext has the next function that is called for a key fail after it has changed the host.
func (c *course) breakNext(key string) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.broken = append(c.w.broken, key)
}

// refuseNext has the next function that is called for a key fail before it has changed the host.
func (c *course) refuseNext(key string) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.refused = append(c.w.refused, key)
}

func TestASkippedTaskLetsTheDeploymentGoOnUntilItIsOverAgain(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1}, func(c *course) {
		c.breakNext("Part go 2")
		snap := c.wait()
		c.must(c.now.r.MarkDone(snap.Tasks[0].ID, "by hand", map[string]any{"addr": "x"}))
		if c.now.r.Snapshot().Over {
			c.t.Errorf("it is over while it goes on")
		}
		if !c.wait().OK {
			c.t.Errorf("it is not done")
		}
		c.now.r.Close()
		if all := c.now.log.all; all[len(all)-1].Kind != RecordOver {
			c.t.Errorf("the last record is %s", all[len(all)-1].Kind)
		}
	})
}

func TestAStateThatCouldNotBeEnteredAgainIsAsBeforeAfterARollback(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1, Before: 2, Other: true}, func(c *course) {
		was, stood := c.w.is(), c.w.stacks(c.t)
		c.breakNext("Whole Conf")
		c.wait()
		if got := c.w.is()["h1 Whole Conf"]; got != "2" {
			c.t.Fatalf("it broke before: %q", got)
		}
		c.rollBack(was, stood)
	})
}

func TestARollbackTakesBackWhatALostRunWentOnToDo(t *testing.T) {
	scene(t, modelCase{Hosts: 2, Parts: 1}, func(c *course) {
		was, stood := map[string]string{}, map[string]spec.Stack{}
		time.Sleep(200 * time.Millisecond) // h2 was handed its run
		c.w.unplug("h2", true)
		c.now.r.Stop(context.Background())
		c.wait()
		if plan, err := c.now.r.PlanRollback(context.Background(), nil); err == nil && slices.ContainsFunc(plan.Plan.Tasks, func(x resolver.Task) bool { return x.Host == "h2" }) {
			c.t.Errorf("a host that cannot be looked at is rolled back")
		}
		c.w.unplug("h2", false)
		if _, err := c.now.r.PlanRollback(context.Background(), nil); spec.KindOf(err) != spec.Conflict {
			c.t.Errorf("while the agent goes on: %v", err)
		}
		c.rollBack(was, stood)
	})
}

// Lifecycles of a host share its packages, also where neither needs the other: what was
// done last goes first.
func TestOnAHostTheNewestIsTakenBackFirst(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1, Base: true, Local: true}, func(c *course) {
		c.wait()
		plan, err := c.now.r.PlanRollback(context.Background(), nil)
		c.must(err)
		last := map[spec.Host]resolver.TaskID{}
		for _, x := range plan.Plan.Tasks {
			if before := last[x.Host]; before != "" && !slices.Contains(x.After, before) {
				c.t.Errorf("%s does not wait for %s", x.ID, before)
			}
			last[x.Host] = x.ID
		}
		if len(plan.Plan.Tasks) < 2 || len(last) != 1 {
			c.t.Errorf("the tasks are %v", plan.Plan.Tasks)
		}
	})
}

func TestAfterARollbackCallsAreMadeAgain(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1}, func(c *course) {
		c.wait()
		done := c.w.is()
		c.rollBack(map[string]string{}, nil)
		s := c.now.r.NewSession()
		c.answer(c.t, s, c.w.hosts, "2", "2")
		c.must(c.now.r.Replan(s, Options{}))
		if snap := c.wait(); !snap.OK {
			c.t.Errorf("%s", tell(snap))
		}
		if diff := cmp.Diff(done, c.w.is()); diff != "" {
			c.t.Errorf("the first time (-) and the second (+): %s", diff)
		}
	})
}

func TestPlanningAgainRepeatsNoCallThatTakesWhatAnotherReturned(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1, Base: true, Local: true}, func(c *course) {
		c.breakNext("Whole go 2")
		c.wait()
		s := c.now.r.NewSession()
		c.answer(c.t, s, c.w.hosts, "2", "2")
		c.must(c.now.r.Replan(s, Options{}))
		if snap := c.wait(); !snap.OK {
			c.t.Errorf("%s", tell(snap))
		}
		c.onlyOnce()
	})
}

func TestACallThatFailedInPartIsTakenBackAtTheSecondTry(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1}, func(c *course) {
		c.breakNext("Part go 2")
		c.wait()
		plan, err := c.now.r.PlanRollback(context.Background(), nil)
		c.must(err)
		c.refuseNext("Part go 2")
		c.must(c.now.r.Rollback(plan, nil))
		if snap := c.wait(); snap.OK {
			c.t.Fatal("taking back did not fail")
		}
		c.finish(true)
		if diff := cmp.Diff(map[string]string{}, c.w.is()); diff != "" {
			c.t.Errorf("%s", diff)
		}
	})
}

// Two who carry a deployment out for a moment, of whom one plans again and the other retries,
// name the same call differently.
func TestACallIsMadeOnceByTwoWhoKnowNothingOfEachOther(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1, Base: true, Local: true}, func(c *course) {
		c.refuseNext("Base go 2")
		c.wait()
		one := c.now
		c.resume(nil)
		s := one.r.NewSession()
		c.answer(c.t, s, c.w.hosts, "2", "2")
		var done sync.WaitGroup
		done.Go(func() {
			if err := one.r.Replan(s, Options{}); err != nil {
				t.Log(err)
			}
		})
		done.Go(func() {
			if err := c.now.r.Retry(context.Background(), c.now.r.Snapshot().Retriable()[0].ID); err != nil {
				t.Log(err)
			}
		})
		done.Wait()
		c.wait()
		c.onlyOnce()
	})
}

// A state stays as somebody else calls it: so does what it needs, and all that this needs.
func TestWhatAStateThatStaysNeedsIsNotTakenBack(t *testing.T) {
	scene(t, modelCase{Hosts: 2, Parts: 2, Base: true, Early: true}, func(c *course) {
		c.wait()
		c.deploy("other", "//Part//go", "2", "9")
		plan, err := c.now.r.PlanRollback(context.Background(), nil)
		c.must(err)
		var told []string
		for _, p := range plan.Problems {
			told = append(told, string(p.Path)+": "+p.Msg)
		}
		slices.Sort(told)
		want := []string{"/h1/Base/On/go: /h1/Part/Conf, which stays, needs what it called: it is not taken back",
			"/h1/Part/On: go was called there since, by other/.#0: it stays as it is"}
		if diff := cmp.Diff(want, told); diff != "" {
			c.t.Errorf("what is told of what stays: %s", diff)
		}
		c.rollBackBesideOthers()
	})
}

// Who confirms a rollback has seen what it takes back: not what somebody else did meanwhile.
func TestARollbackThatWasPlannedBeforeARetryIsRefused(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1}, func(c *course) {
		c.breakNext("Part go 2")
		snap := c.wait()
		plan, err := c.now.r.PlanRollback(context.Background(), nil)
		c.must(err)
		for _, x := range snap.Tasks {
			if x.Status == FailedTask {
				c.must(c.now.r.Retry(context.Background(), x.ID))
			}
		}
		if !c.wait().OK {
			c.t.Fatal("it is not done")
		}
		if err := c.now.r.Rollback(plan, nil); spec.KindOf(err) != spec.Conflict {
			c.t.Errorf("what was planned before is rolled back: %v", err)
		}
	})
}

// Who asks for a rollback again is told how to go on with the one that is there.
func TestARollbackThatIsNotOverSaysHowToGoOn(t *testing.T) {
	scene(t, modelCase{Hosts: 1, Parts: 1}, func(c *course) {
		c.wait()
		plan, err := c.now.r.PlanRollback(context.Background(), nil)
		c.must(err)
		c.must(c.now.r.Rollback(plan, nil))
		_, err = c.now.r.PlanRollback(context.Background(), nil)
		if hint := spec.HintOf(err); err == nil || !strings.Contains(hint, "armonic deploy --resume "+string(c.now.r.ID())) {
			c.t.Errorf("%v; hint: %s", err, hint)
		}
		c.wait()
	})
}
