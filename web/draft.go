package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// draft is a deployment that takes shape.
type draft struct {
	id    string
	made  time.Time
	of    *carried // it is what is left of a deployment, planned again; nil if it is a new one
	label string   // what is deployed, in words; "" if there are none
	moved string   // which hosts are in the places of others; "" if it is new

	mu      sync.Mutex
	session *deploy.Session
	preview previews
	shown   *resolver.Plan // that the preview is of
}

// ID names the draft in addresses.
func (d *draft) ID() string { return d.id }

// Moved says which hosts are in the places of others that the same was deployed on.
func (d *draft) Moved() string { return d.moved }

// Title is what is deployed.
func (d *draft) Title() string { return cmp.Or(d.label, string(d.session.Pattern())) }

// Pattern is what is deployed, as it is named in commands.
func (d *draft) Pattern() spec.Pattern { return d.session.Pattern() }

// questionsPage is what the page of a draft shows.
type questionsPage struct {
	*draft
	Open    []field // somebody should answer them
	Rest    []field
	Left    int    // fields that are left out
	Query   string // what the fields are searched for that are shown
	Missing int
	Blocks  []string // what else keeps it from being carried out
	Notes   []resolver.Problem
	Nodes   []node
	Ready   bool
	Steps   int
	Hosts   []spec.Host
}

// node is a line of the tree.
type node struct {
	deploy.NodeData
	Depth []struct{}
}

// field is a question as a part of a form.
type field struct {
	deploy.QuestionData
	N       int
	Key     string // that names the question, as JSON
	Input   string // text, password, choice, several, yesno
	Text    string // what stands in it
	Chosen  []string
	Chain   string
	Decided bool
	Alike   int // other questions for the same value, on whichever host
}

// mostFields is how many fields a page has; of more questions, only one of those of a kind, and
// those that are searched.
const mostFields = 60

// mostChoices is how many options are listed; with more of them one types.
const mostChoices = 40

// Has reports whether an option is chosen.
func (f field) Has(x any) bool { return slices.Contains(f.Chosen, value.Input(x)) }

// Title is what a person calls it.
func (f field) Title() string {
	switch {
	case f.Label != "":
		return f.Label
	case f.Kind == resolver.AskValue || f.Kind == resolver.AskReturn:
		return f.Path.Variable()
	}
	return last(f.QuestionData.Name)
}

func last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }

func keyText(k resolver.Key) string {
	b, err := json.Marshal([]string{string(k.Node), string(k.Kind), k.Name})
	if err != nil {
		panic(err) // texts can be written
	}
	return string(b)
}

func parseKey(text string) (resolver.Key, error) {
	var parts []string
	if err := json.Unmarshal([]byte(text), &parts); err != nil || len(parts) != 3 {
		return resolver.Key{}, spec.Errorf(spec.Invalid, "%q names no question", text)
	}
	return resolver.Key{Node: resolver.NodeID(parts[0]), Kind: resolver.Kind(parts[1]), Name: parts[2]}, nil
}

// newField makes a question a part of a form.
func newField(n int, d deploy.QuestionData, q *resolver.Question, decided bool) field {
	f := field{QuestionData: d, N: n, Key: keyText(q.Key), Decided: decided, Input: "text"}
	now := q.Acceptable()
	if now == nil {
		now = q.Value
	}
	if now != nil && !d.Secret && !value.IsDeferred(now) {
		f.Text = value.Input(now)
		f.Chosen = []string{f.Text}
	}
	switch hosts := now.(type) {
	case []spec.Host:
		f.Chosen = nil
		for _, h := range hosts {
			f.Chosen = append(f.Chosen, string(h))
		}
		f.Text = strings.Join(f.Chosen, ", ")
	case spec.Host:
		f.Text, f.Chosen = string(hosts), []string{string(hosts)}
	}
	switch {
	case d.Secret:
		f.Input = "password"
	case q.Var.Type.Kind == spec.KindBool || d.Kind == resolver.AskManage || d.Kind == resolver.AskCall:
		f.Input = "yesno"
	case len(d.OneOf) > 0 && !q.Var.Type.Lists():
		f.Input = "choice"
		for _, x := range d.OneOf {
			f.Options = append(f.Options, deploy.OptionData{Value: x})
		}
	case len(d.Options) > 0 && len(d.Options) <= mostChoices && d.Kind == resolver.AskHosts && q.Max != 1:
		f.Input = "several"
	case len(d.Options) > 0 && len(d.Options) <= mostChoices:
		f.Input = "choice"
	}
	for _, r := range d.Because {
		at := r.Provide
		if r.Host != "" {
			at += " on " + string(r.Host)
		}
		f.Chain += " › " + at
	}
	f.Chain = strings.TrimPrefix(f.Chain, " › ")
	return f
}

// alike names the questions for the same value, on whichever host; "" if there are none such.
func alike(q *resolver.Question) string {
	if q.Key.Kind != resolver.AskValue || q.Fixed {
		return ""
	}
	return q.Path.Lifecycle() + "\n" + q.Var.Name
}

// page describes the draft, with the fields that a search finds. mu is held.
func (d *draft) page(query string) questionsPage {
	res := d.session.Result()
	p := questionsPage{draft: d, Query: query}
	same := map[string]int{}
	for i := range res.Questions {
		same[alike(&res.Questions[i])]++
	}
	shown := map[string]bool{}
	for i, data := range d.session.Questions() {
		q := &res.Questions[i]
		if q.Fixed {
			continue
		}
		if q.Required() {
			p.Missing++
		}
		kind := fmt.Sprint(q.Key.Kind, "\n", q.Path.Lifecycle(), "\n", q.Var.Name, "\n", q.Open())
		fits := matches(query, string(q.Host), string(q.Key.Node), q.Var.Name, data.Label)
		list := &p.Rest
		if q.Open() {
			list = &p.Open
		}
		if !fits || len(*list) >= mostFields || len(res.Questions) > mostFields && query == "" && shown[kind] {
			p.Left++
			continue
		}
		f := newField(i, data, q, d.session.Answered(q.Key))
		if shown[kind] = true; alike(q) != "" {
			f.Alike = same[alike(q)] - 1
		}
		*list = append(*list, f)
	}
	for _, b := range d.session.Blocking() {
		switch {
		case b.Question != nil:
		case b.Problem != nil:
			p.Blocks = append(p.Blocks, b.Problem.Msg+hinted(b.Problem.Hint))
		case b.Unused != "":
			p.Blocks = append(p.Blocks, "nothing in this deployment is called so: "+b.Unused)
		case b.Standing != nil:
			p.Blocks = append(p.Blocks, fmt.Sprintf("%s is applied already with %s: %s", b.Standing.State, text(b.Standing.Have), b.Standing.Text))
		}
	}
	for _, x := range res.Problems {
		if x.Warning {
			p.Notes = append(p.Notes, x)
		}
	}
	for _, n := range d.session.Nodes() {
		p.Nodes = append(p.Nodes, node{n, make([]struct{}, strings.Count(string(n.Node), "/"))})
	}
	if p.Ready = res.Plan != nil && len(p.Blocks) == 0; p.Ready {
		p.Steps, p.Hosts = res.Plan.Steps(), res.Plan.Hosts
	}
	return p
}

func hinted(hint string) string {
	if hint == "" {
		return ""
	}
	return " (" + hint + ")"
}

func (v *visit) draft() (*draft, error) { return v.Desk.draft(v.r.PathValue("draft")) }

func draftPage(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.session.Refresh()
	if err := d.session.Settle(v.r.Context()); err != nil {
		return err
	}
	return v.show("draft", "catalogue", d.Title(), d.page(strings.TrimSpace(v.r.URL.Query().Get("q"))))
}

// answerDraft takes what a form says: what is new in it, and what was asked and is left as it is
// proposed.
func answerDraft(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	here := "/drafts/" + d.id
	switch v.r.PostFormValue("do") {
	case "undo":
		if !d.session.Undo() {
			return v.say(here, "There is nothing to undo.")
		}
	case "redo":
		d.session.Redo()
	case "accept":
		d.session.Accept()
	case "discard":
		v.forget(d)
		return v.goTo("/catalogue")
	default:
		if err := d.answer(v.r.PostForm); err != nil {
			return err
		}
	}
	if err := d.session.Settle(v.r.Context()); err != nil {
		return err
	}
	if forgotten := v.r.PostFormValue("forget"); forgotten != "" {
		return v.goTo(here)
	}
	if p := d.page(""); p.Ready && len(p.Open) == 0 && v.r.PostFormValue("do") == "" {
		return v.goTo(here + "/plan")
	}
	return v.goTo(here)
}

// answer takes the fields of a form. mu is held.
func (d *draft) answer(form url.Values) error {
	if text := form.Get("forget"); text != "" {
		key, err := parseKey(text)
		if err == nil {
			d.session.Clear(key)
		}
		return err
	}
	res := d.session.Result()
	var everywhere []func() error // what is answered for all that are alike
	for name := range form {
		n, ok := strings.CutPrefix(name, "key")
		if _, err := strconv.Atoi(n); !ok || err != nil {
			continue
		}
		key, err := parseKey(form.Get(name))
		if err != nil {
			return err
		}
		q := res.Question(key)
		if q == nil || q.Fixed {
			continue // it is not asked any more
		}
		said := strings.TrimSpace(strings.Join(form["value"+n], ", "))
		if q.Var.Hidden() {
			said = strings.Join(form["value"+n], "")
		}
		give := func(also ...resolver.Key) error { return d.take(q, said, form.Get("was"+n), also) }
		if form.Get("all"+n) == "" {
			if err := give(); err != nil {
				return err
			}
			continue
		}
		var also []resolver.Key
		for _, x := range res.Alike(q) {
			also = append(also, x.Key)
		}
		everywhere = append(everywhere, func() error { return give(also...) })
	}
	for _, give := range everywhere { // after the fields of those others
		if err := give(); err != nil {
			return err
		}
	}
	return nil
}

// take answers one question as its field says, which held something before, and others with it.
func (d *draft) take(q *resolver.Question, said, was string, also []resolver.Key) error {
	switch {
	case said == was && !q.Open() && len(also) == 0:
	case said == was && q.Acceptable() != nil:
		d.session.Answer(q.Key, q.Acceptable(), also...)
	case q.Key.Kind == resolver.AskHosts && said == "":
		if q.Min == 0 {
			d.session.Answer(q.Key, []spec.Host{})
		}
	case said == "" && q.Optional:
		d.session.Answer(q.Key, nil, also...)
	case said == "":
	case q.Key.Node == resolver.Root && q.Key.Kind == resolver.AskHost:
		return d.session.DeployOn(deploy.ParseHosts(said))
	default:
		d.session.Answer(q.Key, resolver.Text(said), also...)
	}
	return nil
}

// saveAnswers gives the answers as a file, which armonic deploy takes.
func saveAnswers(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	if err := d.session.SaveAnswers(&b, v.Seal); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="answers.yaml"`)
	_, _ = v.w.Write([]byte(b.String())) // who asked may have left
	return nil
}
