package tui

import (
	"bytes"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/questions"
)

// Drafts keeps the answers of deployments that were not run, so that they survive a crash of the
// UI. Its methods are called by one after the other for each name.
type Drafts interface {
	// Keep writes a draft, over the one of that name.
	Keep(name string, text []byte) error
	// Drop forgets one.
	Drop(name string) error
	// Left gives the drafts of UIs that ended without dropping them. They are of this UI then.
	Left() ([]Draft, error)
}

// Draft is one, as a file of answers.
type Draft struct {
	Name string
	When time.Time
	Text []byte
}

// The messages about drafts.
type (
	draftsLeft struct {
		all []Draft
		err error
	}
	draftKept struct {
		dep *deployment
		err error
	}
)

// draftName names the draft of a deployment; the clock and a count tell apart those of one UI.
func (m *Model) draftName() string {
	m.drafts++
	return fmt.Sprintf("%s-%d", m.now.UTC().Format("20060102-150405.000"), m.drafts)
}

// keepDraft writes what was answered of a deployment, or forgets it when nothing is lost with it.
// One write is under way at a time.
func (m *Model) keepDraft(d *deployment) tea.Cmd {
	if m.cfg.Drafts == nil {
		return nil
	}
	if d.keeping {
		d.keepAgain = true
		return nil
	}
	name, text := d.draftName, []byte(nil)
	if d.draft() {
		if name == "" {
			name = m.draftName()
		}
		var b bytes.Buffer
		if err := d.session.SaveDraft(&b, m.cfg.Seal); err != nil {
			m.fail("draft", err)
			return nil
		}
		text = b.Bytes()
	}
	if name == "" || bytes.Equal(text, d.kept) && text != nil {
		return nil
	}
	d.draftName, d.kept, d.keeping = name, text, true
	if text == nil {
		d.draftName = ""
	}
	drafts := m.cfg.Drafts
	return func() tea.Msg {
		if text == nil {
			return draftKept{d, drafts.Drop(name)}
		}
		return draftKept{d, drafts.Keep(name, text)}
	}
}

func (m *Model) onDraftKept(x draftKept) tea.Cmd {
	m.fail("draft", x.err)
	again := x.dep.keepAgain
	x.dep.keeping, x.dep.keepAgain = false, false
	if again {
		return m.keepDraft(x.dep)
	}
	return nil
}

// dropDrafts forgets the drafts of a UI that is left on purpose.
func (m *Model) dropDrafts() {
	if m.cfg.Drafts == nil {
		return
	}
	for _, d := range m.deps {
		if d.draftName != "" {
			_ = m.cfg.Drafts.Drop(d.draftName) // what is left of it is offered again
		}
	}
}

// readDrafts looks for what a UI left that did not end well.
func (m *Model) readDrafts() tea.Cmd {
	if m.cfg.Drafts == nil {
		return nil
	}
	drafts := m.cfg.Drafts
	return func() tea.Msg {
		all, err := drafts.Left()
		return draftsLeft{all, err}
	}
}

// onDraftsLeft offers to go on with what was answered before.
func (m *Model) onDraftsLeft(x draftsLeft) tea.Cmd {
	m.fail("drafts", x.err)
	var found []*deployment
	var text []string
	for _, d := range x.all {
		f, err := deploy.ReadAnswers(d.Text, "draft "+d.Name, m.cfg.Seal)
		if err != nil {
			m.fail("drafts", err)
			continue
		}
		found = append(found, &deployment{draftName: d.Name, answers: f})
		text = append(text, fmt.Sprintf("%s, %s, at %s", f.Provide, spec.Count(len(f.Answers), "answer", "answers"), d.When.Local().Format("Jan 2 15:04")))
	}
	if len(found) == 0 {
		return nil
	}
	m.open(&popup{title: "Answers that were not run", text: append(text, "The screen that had them did not end as it should."), choices: []choice{
		{"g", "go on with them", func() tea.Cmd { return m.takeDrafts(found) }},
		{"f", "forget them", func() tea.Cmd {
			drafts := m.cfg.Drafts
			return func() tea.Msg {
				for _, d := range found {
					if err := drafts.Drop(d.draftName); err != nil {
						return finished{key: "draft", err: err}
					}
				}
				return finished{key: "draft"}
			}
		}},
		{"l esc", "later: they are offered again", nil},
	}})
	return nil
}

func (m *Model) takeDrafts(found []*deployment) tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range found {
		cmds = append(cmds, m.takeAnswers("drafts", d))
	}
	return batch(cmds...)
}

// takeAnswers plans a deployment that begins with the answers of a file.
func (m *Model) takeAnswers(key string, d *deployment) tea.Cmd {
	d.session = deploy.NewSession(m.cfg.Fleet, d.answers.Provide)
	d.session.SetGroups(m.cfg.Groups)
	err := d.session.Replay(d.answers)
	m.fail(key, err)
	if err != nil {
		return nil
	}
	d.build, d.plan = questions.New(m.look, d.answers.Provide), plan.New(m.look)
	m.deps = append(m.deps, d)
	m.cur = len(m.deps) - 1
	m.show(m.pages.deploy)
	return m.refreshed(d)
}
