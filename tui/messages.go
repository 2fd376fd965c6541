package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// The messages that commands bring.
type (
	surveyed struct {
		n     int // of the question, counted from the first
		hosts []deploy.HostView
		cat   deploy.Catalogue
		after links
	}
	surveyedHost struct {
		n    int // as in surveyed
		view deploy.HostView
	}
	linked       struct{ now links }
	secondPassed struct{}
	learned      struct {
		dep  *deployment
		what deploy.Learned
	}
	previewed struct {
		dep      *deployment
		plan     *resolver.Plan
		previews map[resolver.TaskID]deploy.TaskPreview
		busy     []string // hosts that do something else now
	}
	changed  struct{ dep *deployment }
	letGo    struct{ dep *deployment } // what it replaces has been let go of
	ticked   struct{}
	finished struct {
		key     string // of the error, if there is one
		dep     *deployment
		message string
		err     error
	}
)

// survey reads the whole fleet.
func (m *Model) survey() tea.Cmd {
	if m.reading || !m.links.conn.Up && m.hosts != nil {
		m.stale = m.reading // nobody can be asked now; when the connection is back, all are
		return nil
	}
	m.reading, m.stale = true, false
	m.surveys++
	ctx, f, n := m.ctx, m.cfg.Fleet, m.surveys
	return func() tea.Msg {
		return surveyed{n, deploy.Survey(ctx, f), deploy.ReadCatalogue(ctx, f), linksOf(f)}
	}
}

// surveyHost reads one host.
func (m *Model) surveyHost(h spec.Host) tea.Cmd {
	m.surveys++
	ctx, f, n := m.ctx, m.cfg.Fleet, m.surveys
	return func() tea.Msg { return surveyedHost{n, deploy.SurveyHost(ctx, f, h)} }
}

// paceTasks is how many tasks a deployment may have that is looked at in the usual pace. To look
// takes longer the more there are.
const paceTasks = 2500

// watch waits for an execution to change, and then a little longer, so that what
// comes together is one message.
func (m *Model) watch(d *deployment) tea.Cmd {
	if d.watching {
		return nil
	}
	d.watching = true
	ctx, exec, after := m.ctx, d.exec, d.version
	pace := m.cfg.Pace * time.Duration(1+len(d.seen)/paceTasks)
	return func() tea.Msg {
		exec.Changed(ctx, after)
		if !pause(ctx, pace) {
			return nil
		}
		return changed{d}
	}
}

// tick moves spinner and clocks, only while something runs.
func (m *Model) tick() tea.Cmd {
	if m.ticking {
		return nil
	}
	m.ticking = true
	ctx := m.ctx
	return func() tea.Msg {
		if !pause(ctx, 250*time.Millisecond) {
			return nil
		}
		return ticked{}
	}
}

// pause waits, and reports false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
