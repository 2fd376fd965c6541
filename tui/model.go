package tui

import (
	"context"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/catalogue"
	"github.com/armonic/armonic/tui/deployments"
	"github.com/armonic/armonic/tui/drift"
	"github.com/armonic/armonic/tui/fleet"
	"github.com/armonic/armonic/tui/history"
	"github.com/armonic/armonic/tui/lifecycle"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// Model is the whole UI as the library drives it. It routes.
type Model struct {
	cfg    Config
	run    context.Context //nolint:containedctx // of executions: they outlive the screen, and Update is given none
	ctx    context.Context //nolint:containedctx // of what only the screen waits for
	cancel context.CancelFunc
	look   widget.Look
	screen *term.Screen // nil in tests
	drawn  time.Time    // when the last frame was made
	late   bool         // a frame is owed

	w, h  int
	frame []string
	at    widget.Point
	now   time.Time

	pages pages
	stack []*page // the last is shown, esc goes back to the one before

	fleet       *fleet.Model
	catalogue   *catalogue.Model
	logs        *logs.Model
	drift       *drift.Model
	deployments *deployments.Model
	history     *history.Model
	past        struct{ reading, stale bool } // the hosts are asked for it; and once more after that
	lifecycle   *lifecycle.Model
	deps        []*deployment
	known       []rollout.Known // deployments that are kept, or that agents know
	knownErrs   []error
	knownRead   bool
	listing     bool             // they are listed again soon
	other       *watched         // looked at, while it is carried out elsewhere
	cur         int              // of deps
	approval    *plan.Approval   // nil for none
	toApprove   *rollout.Request // what it shows

	hosts    []deploy.HostView
	cat      deploy.Catalogue
	links    links
	reading  bool
	drifted  []spec.EffectFinding // what was found last that is not as it was left
	surveys  int                  // how often hosts were asked
	surveyed map[spec.Host]int    // the latest survey that each answered
	readAt   time.Time            // when all hosts were read last
	stale    bool                 // read again when the reading under way ends

	fleetStale bool // its screen has not been given the hosts of now: it is as soon as it is shown

	drafts   int       // how many were named
	tour     *tour     // nil where nobody takes it
	overlays []overlay // the last has the keys
	message  string
	pressed  widget.Action // was just asked for, and is not possible
	errs     []notice
	ticking  bool
	counting bool // the seconds to the next try
	leaving  bool // quit as soon as nothing runs
	quit     bool
}

// notice is an error that is shown until its cause is gone.
type notice struct {
	key, text, hint string
}

// New makes the model. The caller closes it.
func New(ctx context.Context, c Config) (*Model, error) {
	c = c.withDefaults()
	look, err := widget.NewLook(c.Theme, c.Glyphs)
	if err != nil {
		return nil, err
	}
	m := &Model{cfg: c, run: ctx, look: look, now: c.Now()}
	m.ctx, m.cancel = context.WithCancel(ctx)
	m.links.conn.Up = true // until it was looked at
	m.fleet, m.catalogue, m.logs, m.drift = fleet.New(look), catalogue.New(look), logs.New(look), drift.New(look)
	m.deployments, m.history, m.lifecycle = deployments.New(look), history.New(look), lifecycle.New(look)
	m.fleet.SetNames(m.runName)
	m.addPages()
	m.startTour(c.Tour)
	if err := m.keysUnique(); err != nil {
		m.cancel()
		return nil, err
	}
	return m, nil
}

// Close ends what the screen waits for. Executions go on.
func (m *Model) Close() { m.cancel() }

// Init reads the fleet. A deployment to begin with waits for the catalogue, which
// says what its pattern means.
func (m *Model) Init() tea.Cmd {
	m.draw()
	fleet := m.cfg.Fleet
	return batch(m.survey(), m.readDrafts(), func() tea.Msg { return linked{linksOf(fleet)} })
}

// View is the frame that Update made. A terminal has been shown it already.
func (m *Model) View() string {
	if m.screen != nil {
		return ""
	}
	return strings.Join(m.frame, "\n")
}

// Update handles a message and draws the next frame.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.cfg.Now()
	cmd := m.handle(msg)
	if p := m.page(); p.fill != nil {
		p.fill()
	}
	m.advance()
	return m, batch(cmd, m.wanted(), m.present(msg))
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		var cmds []tea.Cmd
		for _, k := range term.Split(msg) {
			cmds = append(cmds, m.key(k))
		}
		cmds = append(cmds, m.readOld())
		return batch(cmds...)
	case surveyed:
		return m.onSurvey(msg)
	case surveyedHost:
		m.onHost(msg)
		return m.pastChanged()
	case pastRead:
		return m.onPast(msg)
	case linked:
		return m.onLinks(msg)
	case secondPassed:
		m.counting = false
		return m.countdown()
	case learned:
		msg.dep.session.Learn(msg.what)
		return m.refreshed(msg.dep)
	case previewed:
		msg.dep.plan.SetPreviews(msg.plan, msg.previews, msg.busy)
	case changed:
		return m.onChange(msg)
	case letGo:
		return m.startNow(msg.dep)
	case ticked:
		return m.onTick()
	case finished:
		return m.onFinished(msg)
	default:
		return m.handleDecision(msg)
	}
	return nil
}

// batch is tea.Batch without the nils, so that nothing to do is nil.
func batch(cmds ...tea.Cmd) tea.Cmd {
	var out []tea.Cmd
	for _, c := range cmds {
		if c != nil {
			out = append(out, c)
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return tea.Batch(out...)
}

func (m *Model) restyle(l widget.Look) {
	m.look = l
	m.fleet.Restyle(l)
	m.catalogue.Restyle(l)
	m.logs.Restyle(l)
	m.drift.Restyle(l)
	m.deployments.Restyle(l)
	m.history.Restyle(l)
	m.lifecycle.Restyle(l)
	if m.other != nil {
		m.other.run.Restyle(l)
	}
	if m.approval != nil {
		m.approval.Restyle(l)
	}
	for _, d := range m.deps {
		d.restyle(l)
	}
}

// fail shows an error until the thing it is about succeeds.
func (m *Model) fail(key string, err error) {
	m.ok(key)
	if err != nil {
		m.errs = append(m.errs, notice{key, err.Error(), spec.HintOf(err)})
	}
}

// ok takes the error of a thing away.
func (m *Model) ok(key string) {
	for i := range m.errs {
		if m.errs[i].key == key {
			m.errs = append(m.errs[:i], m.errs[i+1:]...)
			return
		}
	}
}

// Fleet is the fleet that the UI shows.
func (m *Model) Fleet() deploy.Fleet { return m.cfg.Fleet }
