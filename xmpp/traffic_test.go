package xmpp_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// What an agent and a client of each minor version said to each other is in testdata/traffic, one
// file a version: ">" begins what the client sent, "<" what the agent did, "=" what the client
// took from it. go test ./xmpp -run Traffic -record 0.2 writes those of a version, VERSION.txt and
// VERSION.handover.txt; those of earlier versions stay as they are.
var recordVersion = flag.String("record", "", "write testdata/traffic/`VERSION`.txt and its hand-over")

const trafficDir = "testdata/traffic"

// greeter is the agent of a version's recording.
func greeter(t *testing.T, version string) *agentd.Service {
	t.Helper()
	src, err := modules.Open(filepath.Join(trafficDir, version+".star"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := modules.Config{}.Load(src)
	if err != nil {
		t.Fatal(err)
	}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "host1", Address: "192.0.2.1", OS: spec.OS{Name: "debian", Release: "12"}, Version: version},
		Lifecycles: set.Lifecycles, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// followedAtStart is how many results of a conversation need no call of their own: a run is followed by the
// call that starts it.
const followedAtStart = 4

// conversation does all that a client does with an agent, and gives what it was told.
func conversation(ctx context.Context, a spec.Agent) (told []any) {
	tell := func(x any, err error) {
		if err != nil {
			x = spec.AsError(err)
		}
		told = append(told, x)
	}
	run := func(r spec.Run) {
		tell(nil, a.Start(ctx, r))
		var events []spec.Event
		err := a.Follow(ctx, r.ID, 0, func(ev spec.Event) error { events = append(events, ev); return nil })
		tell(events, err)
	}
	info, err := a.Info(ctx)
	tell(info, err)
	found, err := a.Describe(ctx, "//*")
	tell(found, err)
	provides, err := a.Provides(ctx, "//greet")
	tell(provides, err)
	route, err := a.Route(ctx, spec.RouteQuery{Provide: "/host1/Greeter/Open/greet", Below: true})
	tell(route, err)
	_, err = a.Route(ctx, spec.RouteQuery{Provide: "/host1/Nothing/On/go"})
	tell(nil, err)
	paths, err := a.Paths(ctx, spec.PathsQuery{State: "/host1/Greeter/Open", Most: 3})
	tell(paths, err)
	conf := spec.Inputs{"conf": {{"port": 8080, "key": value.Secret("sesame")}}}
	who := func(names ...string) spec.Inputs {
		in := spec.Inputs{"who": {}}
		for _, n := range names {
			in["who"] = append(in["who"], spec.Set{"name": n})
		}
		return in
	}
	work := spec.Work{Lifecycle: "Greeter", From: []string{"Closed"}, Steps: []spec.Step{{Action: spec.Enter, State: "Open", Inputs: conf},
		{Action: spec.Call, State: "Open", Provide: "greet", Inputs: who("ann", "bob")}}}
	problems, err := a.Check(ctx, work)
	tell(problems, err)
	wrong := work
	wrong.Steps = []spec.Step{{Action: spec.Enter, State: "Open", Inputs: spec.Inputs{"conf": {{"port": 70000}}}}}
	problems, err = a.Check(ctx, wrong)
	tell(problems, err)
	previews, err := a.Preview(ctx, work)
	tell(previews, err)
	run(spec.Run{ID: "r1", Deployment: "d1", By: "ann", Work: work})
	run(spec.Run{ID: "r2", By: "ann", Work: spec.Work{Lifecycle: "Greeter", From: []string{"Closed", "Open"}, Steps: []spec.Step{
		{Action: spec.Call, State: "Open", Provide: "greet", Inputs: who("nobody")}}}})
	run(spec.Run{ID: "r3", Work: work}) // the stack is another one
	stacks, err := a.Stacks(ctx)
	tell(stacks, err)
	drift, err := a.Drift(ctx, "Greeter")
	tell(drift, err)
	tell(nil, a.Stop(ctx, "r1"))
	tell(nil, a.Confirm(ctx, "r1"))
	tell(nil, a.PutDeployment(ctx, spec.DeploymentRecord{DeploymentSummary: spec.DeploymentSummary{ID: "d1", Name: "shop", Root: "//Greeter//greet", By: "ann",
		State: "running", Revision: 2}, Log: value.Secret("a log")}))
	kept, err := a.Deployments(ctx)
	tell(kept, err)
	one, err := a.Deployment(ctx, "d1")
	tell(one, err)
	run(spec.Run{ID: "r4", Work: spec.Work{Lifecycle: "Greeter", From: []string{"Closed", "Open"}, Steps: []spec.Step{{Action: spec.Leave, State: "Open"}}}})
	return told
}

// converse has an agent of today and a client of today talk, over what a tap lets through.
func converse(t *testing.T, recording string, tap func(string) string) (told []any) {
	t.Helper()
	server := xmpptest.NewRouter()
	server.Tap = tap
	s, r := responder(t, server, recording)
	c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(xmpptest.MasterJID), Grace: -1})
	defer func() { c.Close(); r.Close(); s.Close(); server.Wait() }()
	for _, k := range []*session.Connector{r.Connector(), c.Connector()} {
		if _, err := k.Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	return talk(t, c, recording)
}

// responder is the agent of a recording, connected.
func responder(t *testing.T, server *xmpptest.Router, recording string) (*agentd.Service, *xmpp.Responder) {
	t.Helper()
	s := greeter(t, versionOf(recording))
	c := xmpp.ResponderConfig{Open: server.Open(xmpptest.AgentJID), Agent: s, Masters: access.Masters{xmpptest.MasterJID.Bare(): access.Deploy}}
	if recording != versionOf(recording) {
		c.Masters[xmpptest.MasterJID.Bare()] = access.Push
		c.Upgrader, c.Modules = keepers(t)
	}
	return s, xmpp.NewResponder(c)
}

// talk is what a client says in a recording, and gives what it was told.
func talk(t *testing.T, c *xmpp.Client, recording string) []any {
	t.Helper()
	agent := xmpptest.AgentJID.Bare()
	if recording != versionOf(recording) {
		return handover(t, c.UpgraderOf(agent), c.ModuleKeeperOf(agent))
	}
	return conversation(t.Context(), c.AgentOf(agent))
}

// versionOf is the version in the name of a recording, 0.1 or 0.1.handover.
func versionOf(recording string) string { return strings.TrimSuffix(recording, handoverSuffix) }

const handoverSuffix = ".handover"

// TestTrafficIsRecorded writes the recordings of a version, if it is told to.
func TestTrafficIsRecorded(t *testing.T) {
	for _, recording := range []string{orThis(*recordVersion), orThis(*recordVersion) + handoverSuffix} {
		t.Run(recording, func(t *testing.T) { recordTraffic(t, recording) })
	}
}

func recordTraffic(t *testing.T, recording string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		said := 0
		told := converse(t, recording, func(stanza string) string {
			if !strings.Contains(stanza, "<pending") && !strings.Contains(stanza, session.Ping) {
				sign := "<"
				if strings.Contains(stanza, "from='"+string(xmpptest.MasterJID)+"'") {
					sign = ">"
				}
				fmt.Fprintf(&b, "%s %s\n", sign, stanza)
				said++
			}
			return stanza
		})
		for _, x := range told {
			fmt.Fprintf(&b, "= %s\n", encode(t, x))
		}
		if said < 2*(len(told)-followedAtStart) {
			t.Errorf("%d stanzas for %d results", said, len(told))
		}
		if *recordVersion != "" {
			if err := os.WriteFile(filepath.Join(trafficDir, recording+".txt"), []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func orThis(version string) string {
	if version == "" {
		return "0.1"
	}
	return version
}

func encode(t *testing.T, x any) string {
	t.Helper()
	text, err := value.Encode(x, value.HandOver())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// traffic is a recording.
type traffic struct {
	version string
	calls   []exchange
	told    []string // JSON
}

// exchange is a call, what was answered, and what was said unasked before the next one.
type exchange struct {
	call, answer *element
	later        []*element
}

// element is any of XML.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Kids    []*element `xml:",any"`
	Text    string     `xml:",chardata"`
	Inner   string     `xml:",innerxml"`
}

func (e *element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// element is the same as sessions have it.
func (e *element) element() *session.Element {
	out := session.New(e.XMLName.Space, e.XMLName.Local).WithText(e.Text)
	for _, a := range e.Attrs {
		if a.Name.Local != "xmlns" {
			out.Attrs = append(out.Attrs, session.Attr{Name: a.Name.Local, Value: a.Value})
		}
	}
	for _, k := range e.Kids {
		out.Add(k.element())
	}
	return out
}

// kid is the first element within, nil if there is none.
func (e *element) kid() *element {
	if len(e.Kids) == 0 {
		return nil
	}
	return e.Kids[0]
}

func recordings(t *testing.T) (all []traffic) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(trafficDir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no recording: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := traffic{version: strings.TrimSuffix(filepath.Base(file), ".txt")}
		byID := map[string]int{}
		for line := range strings.Lines(string(text)) {
			sign, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			if sign == "=" {
				r.told = append(r.told, rest)
				continue
			}
			e := &element{}
			if err := xml.Unmarshal([]byte(rest), e); err != nil {
				t.Fatalf("%s: %v in %s", file, err, rest)
			}
			at, known := byID[e.attr("id")]
			switch {
			case sign == ">" && e.XMLName.Local == "iq":
				byID[e.attr("id")] = len(r.calls)
				r.calls = append(r.calls, exchange{call: e})
			case sign == "<" && e.XMLName.Local == "iq" && known:
				r.calls[at].answer = e
			case sign == "<" && e.XMLName.Local == "message" && len(r.calls) > 0:
				last := &r.calls[len(r.calls)-1]
				last.later = append(last.later, e)
			}
		}
		if len(r.calls) < 12 || len(r.told) < 12 {
			t.Fatalf("%s has only %d calls", file, len(r.calls))
		}
		all = append(all, r)
	}
	return all
}

// volatile are names of what is another time each time, or depends on the machine.
var volatile = regexp.MustCompile(`^(at|since|made|put_at|load|module|versions|program)$`)

// lacks says what of a JSON text is not in another one, "" if nothing is: that may have more.
func lacks(want, got any, at string) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v, not %v", at, got, want)
		}
		for name, x := range w {
			if volatile.MatchString(name) {
				continue
			}
			if why := lacks(x, g[name], at+"."+name); why != "" {
				return why
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok && len(w) > 0 || len(g) != len(w) {
			return fmt.Sprintf("%s is %v, not %v", at, got, want)
		}
		for i := range w {
			if why := lacks(w[i], g[i], fmt.Sprintf("%s[%d]", at, i)); why != "" {
				return why
			}
		}
	default:
		if fmt.Sprint(want) != fmt.Sprint(got) {
			return fmt.Sprintf("%s is %v, not %v", at, got, want)
		}
	}
	return ""
}

func object(t *testing.T, text string) (x any) {
	t.Helper()
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return x
}
