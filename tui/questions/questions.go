package questions

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/editor"
	"github.com/armonic/armonic/tui/tree"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes. Show follows each of them.
type (
	// Answer takes a decision.
	Answer struct {
		Key   resolver.Key
		Value any
		Also  []resolver.Key // other questions that get it too
	}
	// Clear forgets one.
	Clear struct{ Key resolver.Key }
	// Undo and Redo take decisions back and again.
	Undo struct{}
	// Redo undoes Undo.
	Redo struct{}
	// Accept takes the best suggestion of all that nobody decided.
	Accept struct{}
	// EnterAgain asks for the values that the applied states of a lifecycle were entered with.
	EnterAgain struct{ Service spec.Path } // /host/Lifecycle
	// Reread asks the hosts everything again.
	Reread struct{}
	// ShowPlan opens the plan.
	ShowPlan struct{}
	// Save writes the answers to a file.
	Save struct{}
)

// What this screen does with answers.
const (
	change     widget.Action = "change host, number, service, managed"
	editAnswer widget.Action = "edit"
	forget     widget.Action = "forget the answer"
	acceptAll  widget.Action = "accept all suggestions"
	undo       widget.Action = "undo"
	redo       widget.Action = "redo"
	reread     widget.Action = "read hosts again"
	values     widget.Action = "change values of applied states"
	writeFile  widget.Action = "write answers"
)

// What it shows.
const (
	nextOpen  widget.Action = "next open question"
	nextWrong widget.Action = "next wrong answer"
	showPlan  widget.Action = "plan"
	showTree  widget.Action = "tree"
	openAll   widget.Action = "open all"
	closeAll  widget.Action = "close all"
	expert    widget.Action = "expert questions"
)

// pane is what has the keys.
type pane int

const (
	questions pane = iota
	nodes
)

// Model is the screen.
type Model struct {
	look    widget.Look
	pattern spec.Pattern
	res     *resolver.Result
	busy    bool // agents are being asked
	hosts   []deploy.HostView
	offers  []deploy.Offer
	runName func(spec.RunID) string

	tree   tree.View
	counts []count // by item of the tree

	rows  []int // questions shown, as indexes into res.Questions; below 0: problems
	table widget.Table
	all   bool // also what only experts look at

	pane    pane
	treeTop bool // in a narrow window: the tree instead of the questions
	zoom    bool
	edit    *editor.Editor
	scope   scope // of the value that is being typed
	seek    bool  // the next question without a good answer is to be opened as soon as there is one
	through bool  // those whose value nobody chose are gone through too
}

// New makes the screen for a deployment that was just begun: the first question
// opens by itself.
func New(l widget.Look, p spec.Pattern) *Model {
	return &Model{look: l, pattern: p, seek: true, table: widget.Table{Empty: []string{"nothing is asked"}, Columns: []widget.Column{
		{Sign: true}, {Title: "WHERE"}, {Title: "NAME"}, {Title: "VALUE", Grow: true}, {Title: "FROM", Most: 9, Priority: 1}}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	if m.edit != nil {
		m.edit.Restyle(l)
	}
}

// SetHosts says what is known of the hosts, to choose among them, and what a run is called.
func (m *Model) SetHosts(hosts []deploy.HostView, offers []deploy.Offer, runName func(spec.RunID) string) {
	m.hosts, m.offers, m.runName = hosts, offers, runName
}

// Show takes a result; busy says that hosts are being asked for more. What is
// being typed stays.
func (m *Model) Show(res *resolver.Result, busy bool) {
	at := m.Key()
	first := m.res == nil
	m.res, m.busy = res, busy
	m.tree.Show(tree.Of(res.Root))
	m.countOpen()
	m.arrange()
	if !first {
		m.selectKey(at)
	}
	m.keepEditor()
	if m.seek && m.edit == nil {
		m.seek = !m.openNext() && busy
	}
}

// keepEditor gives the open editor its question anew, or closes it if that is no
// longer asked.
func (m *Model) keepEditor() {
	if m.edit == nil {
		return
	}
	if q := m.res.Question(m.edit.Key); q != nil && !q.Fixed {
		m.edit.Refresh(m.offer(*q))
		return
	}
	if !m.busy {
		m.edit = nil
	}
}

// Key is that of the question under the cursor.
func (m *Model) Key() resolver.Key {
	if q := m.question(); q != nil {
		return q.Key
	}
	return resolver.Key{}
}

// Editing reports whether the editor is open.
func (m *Model) Editing() bool { return m.edit != nil }

// Typing reports whether letters are text.
func (m *Model) Typing() bool {
	return m.table.Filter.Typing || (m.edit != nil && m.edit.Typing())
}

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	m.seek = false
	switch {
	case m.edit != nil && widget.Name(k) == "ctrl+o":
		m.widen()
		return nil
	case m.edit != nil:
		return m.outcome(m.edit.Type(k))
	}
	m.table.Type(k)
	m.arrange()
	return nil
}

// outcome does what the editor's last key led to.
func (m *Model) outcome(o editor.Outcome) widget.Request {
	if !o.Done {
		return nil
	}
	key, also := m.edit.Key, m.also()
	m.edit, m.scope = nil, thisOne
	m.seek = o.Next
	m.through = m.through && o.Next
	if o.Keep {
		return Answer{Key: key, Value: o.Value, Also: also}
	}
	if o.Next {
		m.seek = false
		m.openNext()
	}
	return nil
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	m.seek = false
	if m.edit != nil {
		if a == useFor {
			m.widen()
			return nil
		}
		return m.outcome(m.edit.Do(a))
	}
	if m.res == nil {
		if a == widget.Back {
			return widget.GoBack{}
		}
		return nil
	}
	switch a {
	case undo:
		return Undo{}
	case redo:
		return Redo{}
	case acceptAll:
		return Accept{}
	case reread:
		return Reread{}
	case showPlan:
		return ShowPlan{}
	case writeFile:
		return Save{}
	case values:
		if i := m.tree.Selected(); i >= 0 && m.tree.Tree.Items[i].Node.Host != "" {
			return EnterAgain{Service: m.tree.Tree.Items[i].Node.Provide.Path.Cut(2)}
		}
	case forget:
		if q := m.question(); q != nil {
			return Clear{Key: q.Key}
		}
	case widget.Copy:
		return m.copy()
	case widget.Back:
		return m.back()
	default:
		m.changeView(a)
	}
	return nil
}

// changeView changes what is looked at; nothing of the deployment changes.
func (m *Model) changeView(a widget.Action) {
	switch a {
	case nextOpen:
		if !m.openNext() {
			m.goThrough()
		}
	case nextWrong:
		m.toNext(func(q *resolver.Question) bool { return q.Status == resolver.Wrong })
	case change:
		m.changeNode()
	case widget.Open, editAnswer:
		m.open()
	case widget.Search:
		m.table.Filter.Typing, m.pane, m.treeTop = true, questions, false
	case widget.NextHit:
		m.move(widget.Down)
	case widget.PrevHit:
		m.move(widget.Up)
	case widget.NextPane, widget.PrevPane, showTree:
		m.pane = nodes - m.pane
		m.treeTop = m.pane == nodes
	case openAll, closeAll:
		m.tree.All(a == openAll)
	case expert:
		at := m.Key()
		m.all = !m.all
		m.arrange()
		m.selectKey(at)
	case widget.Zoom:
		m.zoom = !m.zoom
	default:
		m.move(a)
	}
}

func (m *Model) back() widget.Request {
	switch {
	case m.zoom:
		m.zoom = false
	case m.table.Filter.Text() != "":
		m.table.Filter.Set("")
		m.arrange()
	case m.treeTop:
		m.pane, m.treeTop = questions, false
	default:
		return widget.GoBack{}
	}
	return nil
}

// Hint is the line that says what to do next.
func (m *Model) Hint() string {
	if m.res == nil {
		return "Asking the hosts about " + string(m.pattern) + " ..."
	}
	missing, wrong, checking := m.res.Counts()
	switch {
	case m.edit != nil && m.edit.Text():
		return "Type a value: enter keeps it and goes on, esc discards it."
	case m.edit != nil:
		return "Choose; no server is touched before you confirm the plan."
	case missing+wrong > 0:
		return "a opens the next question that is missing or wrong."
	case m.busy || checking > 0:
		return "Waiting for the hosts; you may go on."
	case m.res.Plan == nil:
		return problemHint(m.res)
	case m.undecided() > 0:
		return "Ready: p shows the plan. " + spec.Count(m.undecided(), "value is", "values are") + " suggested: a goes through them."
	}
	return "Ready: p shows the plan."
}

func problemHint(res *resolver.Result) string {
	for i := range res.Problems {
		if !res.Problems[i].Warning {
			return strings.TrimSpace(res.Problems[i].Msg + ". " + res.Problems[i].Hint)
		}
	}
	return "There is no plan yet."
}
