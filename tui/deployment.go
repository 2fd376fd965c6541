package tui

import (
	"bytes"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/widget"
)

// deployment is one that is being planned, runs, or has run.
type deployment struct {
	session *deploy.Session
	build   *questions.Model
	plan    *plan.Model
	planned bool // the plan is shown rather than the answers

	planWanted bool // it is to be shown as soon as there is one
	rest       struct {
		of   *resolver.Plan
		left *resolver.Result
	} // see outlook

	draftName          string              // of what is kept of its answers; "" is none
	kept               []byte              // what was last written of them
	keeping, keepAgain bool                // a write is under way; another is to follow
	answers            *deploy.AnswersFile // of a draft that was left, which is not gone on with yet

	exec     *rollout.Rollout // nil before it runs
	run      *run.Model
	version  int
	watching bool                // somebody waits for a change
	logs     int                 // serial number of the last line taken
	seen     []*rollout.TaskView // at the last look
}

func (d *deployment) restyle(l widget.Look) {
	d.build.Restyle(l)
	d.plan.Restyle(l)
	if d.run != nil {
		d.run.Restyle(l)
	}
}

func (d *deployment) active() bool { return d.exec != nil && !d.run.Snapshot().Over }

// name is what it is called in lists: "Proxy.start @lb1".
func (d *deployment) name() string {
	r := d.session.Result().Root
	if r == nil || r.Provide.Path == "" {
		return string(d.session.Pattern())
	}
	return r.Provide.Path.Lifecycle() + "." + r.Provide.Path.Provide() + " @" + string(r.Host)
}

// draft reports whether closing would lose answers.
func (d *deployment) draft() bool {
	if d.exec != nil {
		return false
	}
	res := d.session.Result()
	for i := range res.Questions {
		if s := res.Questions[i].Source; s == resolver.You || s == resolver.Replayed && d.answers != nil {
			return true
		}
	}
	return false
}

func (m *Model) selected() *deployment {
	if m.cur < len(m.deps) {
		return m.deps[m.cur]
	}
	return nil
}

// begin plans a deployment. One that was begun and not yet answered makes room.
func (m *Model) begin(p spec.Pattern, h spec.Host) tea.Cmd {
	if h == "" {
		return m.beginOn(p, nil)
	}
	return m.beginOn(p, []spec.Host{h})
}

// beginOn plans a deployment on each of some hosts, patterns or groups; with none the host
// is asked for.
func (m *Model) beginOn(p spec.Pattern, on []spec.Host) tea.Cmd {
	d := &deployment{session: deploy.NewSession(m.cfg.Fleet, p), build: questions.New(m.look, p), plan: plan.New(m.look)}
	d.session.SetGroups(m.cfg.Groups)
	if len(on) > 0 {
		err := d.session.DeployOn(on)
		m.fail("deploy", err)
		if err != nil {
			return nil
		}
	}
	if last := m.selected(); last != nil && last.exec == nil && !last.draft() {
		m.deps[m.cur] = d
	} else {
		m.deps = append(m.deps, d)
		m.cur = len(m.deps) - 1
	}
	m.show(m.pages.deploy)
	return m.refreshed(d)
}

// outlook is the session's result with what its plan leaves to be done: of a deployment that
// has not come to its end, without what it has called already.
func (d *deployment) outlook() *resolver.Result {
	res := d.session.Result()
	if res.Plan == nil || !d.unfinished() {
		return res
	}
	if d.rest.of != res.Plan {
		left := *res
		left.Plan = d.exec.Rest(d.session)
		d.rest.of, d.rest.left = res.Plan, &left
	}
	return d.rest.left
}

// enterAgain has the applied states of a lifecycle that were entered with values entered again,
// so that these are asked for: what is not changed stays as it is.
func (m *Model) enterAgain(d *deployment, service spec.Path) {
	n := 0
	for _, a := range d.session.Applied(service.Host(), service.Lifecycle()) {
		if len(a.Inputs) > 0 {
			d.session.EnterAgain(service.Join(a.State))
			n++
		}
	}
	m.message = "Nothing that is applied of " + service.Lifecycle() + " was entered with values."
	if n > 0 {
		m.message = "Change what you want; the plan shows what becomes of it."
	}
}

// refreshed shows a session's result after anything about it has changed, and
// asks the hosts for what it needs.
func (m *Model) refreshed(d *deployment) tea.Cmd {
	var cmd tea.Cmd
	if d.session.Dirty() {
		fetch := d.session.Fetch(m.ctx)
		cmd = func() tea.Msg { return learned{d, fetch()} }
	}
	res := d.session.Result()
	d.build.SetHosts(m.hosts, m.cat.Offers, m.runName)
	d.build.Show(res, d.session.Fetching())
	d.plan.Show(d.outlook())
	if res.Plan == nil && !d.session.Fetching() {
		d.planned = false
	}
	if d.planWanted && !d.session.Fetching() {
		d.planWanted, m.message = false, ""
		return batch(cmd, m.showPlan(d))
	}
	return cmd
}

// showPlan shows the plan, if there is one, and asks the hosts what it would change.
func (m *Model) showPlan(d *deployment) tea.Cmd {
	res := d.session.Result()
	missing, wrong, checking := res.Counts()
	switch {
	case res.Plan != nil:
		d.planned = true
		res = d.outlook()
		d.plan.Show(res)
		s := d.session
		d.plan.SetUsual(rollout.Usual(s), func(t *resolver.Task, step spec.Step) time.Duration { return s.Usual(t.Host, t.Lifecycle, step) })
		if !d.plan.Wants() {
			return nil
		}
		ctx, f := m.ctx, m.cfg.Fleet
		logs := m.cfg.Logs
		return func() tea.Msg {
			return previewed{d, res.Plan, deploy.Preview(ctx, f, res.Plan), rollout.Busy(ctx, f, logs, res.Plan.Hosts)}
		}
	case missing+wrong > 0:
		m.message = "There is no plan yet: " + spec.Count(missing, "answer missing", "answers missing") + ", " + spec.Count(wrong, "wrong", "wrong") + ". a opens the next."
	case checking > 0 || d.session.Fetching():
		d.planWanted = true
		m.message = "The plan is shown as soon as the hosts have answered."
	default:
		m.message = "There is no plan: " + d.build.Hint()
	}
	return nil
}

// start carries the plan out. One of its name of this session that did not come to its end is
// given up before: it is let go of, so that this one can take its place.
func (m *Model) start(d *deployment) tea.Cmd {
	old := m.replaces(d)
	if old == nil {
		return m.startNow(d)
	}
	i := slices.Index(m.deps, old)
	m.deps = slices.Delete(m.deps, i, i+1)
	m.cur = m.indexOf(d)
	return func() tea.Msg {
		old.exec.Close()
		return letGo{d}
	}
}

// replaces is the deployment of this session whose place another takes: one of its name that is
// over, and did not come to its end.
func (m *Model) replaces(d *deployment) *deployment {
	if m.cfg.Logs == nil || d.session.Result().Plan == nil {
		return nil
	}
	name := rollout.DefaultName(d.session)
	for _, x := range m.deps {
		if x != d && x.unfinished() && x.run.Snapshot().Name == name {
			return x
		}
	}
	return nil
}

// startNow carries the plan out.
func (m *Model) startNow(d *deployment) tea.Cmd {
	exec, err := rollout.New(d.session, rollout.Options{By: m.cfg.By, Now: m.cfg.Now, Shown: d.plan.Previews(), Logs: m.cfg.Logs, Approval: m.cfg.Approve})
	m.fail("run", err)
	if err != nil {
		return nil
	}
	exec.Start(m.run)
	forget := d.draftName
	if d.exec != nil { // what ran before stays in the list
		old := *d
		m.deps = slices.Insert(m.deps, slices.Index(m.deps, d), &old)
		m.cur = slices.Index(m.deps, d)
	}
	cmd := m.follow(d, exec, d.session.Result().Root) // whose nodes are those of the plan: it is not laid out once more
	if forget != "" {
		cmd = batch(cmd, m.keepDraft(d))
	}
	return cmd
}

// onChange takes what an execution has done since the last look.
func (m *Model) onChange(msg changed) tea.Cmd {
	d := msg.dep
	d.watching = false
	cmd := m.takeProgress(d)
	if d.active() {
		return batch(cmd, m.watch(d))
	}
	cmds := []tea.Cmd{cmd, m.survey()}
	for _, x := range m.deps {
		if !x.active() { // the hosts have moved on
			x.session.Forget()
			cmds = append(cmds, m.refreshed(x))
		}
	}
	if m.leaving && !m.busy() {
		m.quit = true
		cmds = append(cmds, tea.Quit)
	}
	return batch(cmds...)
}

// retry does a failed task again, after the host was read.
func (m *Model) retry(d *deployment, id resolver.TaskID) tea.Cmd {
	ctx, exec := m.run, d.exec
	return func() tea.Msg {
		return finished{key: "retry", dep: d, err: exec.Retry(ctx, id)}
	}
}

func (m *Model) stop(d *deployment) tea.Cmd {
	ctx, exec := m.run, d.exec
	return func() tea.Msg {
		exec.Stop(ctx)
		return finished{key: "cancel", dep: d, message: "Cancelled: what runs is being stopped, nothing more starts."}
	}
}

// save writes the answers, through a command because a disk may be slow.
func (m *Model) save(d *deployment, name string) tea.Cmd {
	var b bytes.Buffer
	if err := d.session.SaveAnswers(&b, m.cfg.Seal); err != nil {
		m.fail("write", err)
		return nil
	}
	write := m.cfg.Write
	return func() tea.Msg {
		err := write(name, b.Bytes())
		if err != nil {
			err = spec.Errorf(spec.Invalid, "cannot write %s: %v", name, err).WithHint("w writes under another name")
		}
		return finished{key: "write", message: "Written: " + name + ". armonic deploy " + string(d.session.Pattern()) + " --answers " + name + " does the same again.", err: err}
	}
}

func (m *Model) onFinished(msg finished) tea.Cmd {
	m.fail(msg.key, msg.err)
	if msg.err == nil && msg.message != "" {
		m.message = msg.message
	}
	if d := msg.dep; d != nil {
		if msg.key == "retry" && msg.err == nil {
			return batch(m.takeProgress(d), m.watch(d), m.tick())
		}
		return m.takeProgress(d)
	}
	return nil
}

func (m *Model) onTick() tea.Cmd {
	m.ticking = false
	if !m.busy() {
		return nil
	}
	for _, d := range m.deps {
		if d.active() {
			d.run.Tick(m.now)
		}
	}
	return m.tick()
}

func (m *Model) busy() bool {
	for _, d := range m.deps {
		if d.active() {
			return true
		}
	}
	return false
}

// watched is the deployment of the runs and logs screens: the current one if it
// runs or has run, else the last that did.
func (m *Model) watched() *deployment {
	if d := m.selected(); d != nil && d.exec != nil {
		return d
	}
	for i := len(m.deps) - 1; i >= 0; i-- {
		if m.deps[i].exec != nil {
			return m.deps[i]
		}
	}
	return nil
}
