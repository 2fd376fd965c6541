package query_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fleet is two hosts with the demo lifecycles, as short as tests need them.
func fleet() *query.Node {
	root := query.NewRoot()
	for _, host := range []string{"web1", "10.0.0.2"} {
		h := root.Add(query.Location, host)
		server := h.Add(query.Lifecycle, "WebServer")
		conf := server.Add(query.State, "Configured")
		enter := conf.Add(query.Provide, "enter")
		for _, set := range []string{"conf", "conf[1]"} {
			enter.Add(query.Require, set).Add(query.Variable, "port", query.Attr{Name: "type", Value: "port"})
		}
		conf.Add(query.Provide, "create_document_root", query.Attr{Name: "tags", Value: "internal"})
		active := server.Add(query.State, "Active")
		active.Add(query.Provide, "enter")
		active.Add(query.Provide, "start", query.Attr{Name: "tags", Value: "demo web"}, query.Attr{Name: "label", Value: "Fake webserver activation"})
		site := h.Add(query.Lifecycle, "WebSite").Add(query.State, "Active")
		site.Add(query.Provide, "enter")
		site.Add(query.Provide, "start", query.Attr{Name: "tags", Value: "demo"})
	}
	return root
}

func paths(nodes []*query.Node) []string {
	out := []string{}
	for _, n := range nodes {
		out = append(out, string(n.Path()))
	}
	return out
}

func TestSelect(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"/web1", "/web1"},
		{"/*", "/web1 /10.0.0.2"},
		{"/web1/*", "/web1/WebServer /web1/WebSite"},
		{"/*/*", "/web1/WebServer /web1/WebSite /10.0.0.2/WebServer /10.0.0.2/WebSite"},
		{"//WebServer//start", "/web1/WebServer/Active/start /10.0.0.2/WebServer/Active/start"},
		{"WebServer//start", "/web1/WebServer/Active/start /10.0.0.2/WebServer/Active/start"},
		{"WebSite/Active", "/web1/WebSite/Active /10.0.0.2/WebSite/Active"},
		{"Active", ""},
		{"//web1//start", "/web1/WebServer/Active/start /web1/WebSite/Active/start"},
		{"/10.0.0.2/WebSite//start", "/10.0.0.2/WebSite/Active/start"},
		{"//*[@resource='lifecycle']", "/web1/WebServer /web1/WebSite /10.0.0.2/WebServer /10.0.0.2/WebSite"},
		{"/web1//*[contains(@tags, 'demo')]", "/web1/WebServer/Active/start /web1/WebSite/Active/start"},
		{"/web1//*[@type='port']/..", "/web1/WebServer/Configured/enter/conf /web1/WebServer/Configured/enter/conf[1]"},
		{"*[@resource='lifecycle'][2]", "/web1/WebSite /10.0.0.2/WebSite"},
		{"/web1//start | /web1//create_document_root", "/web1/WebServer/Configured/create_document_root /web1/WebServer/Active/start /web1/WebSite/Active/start"},
		{"/web1//start/@label", "/web1/WebServer/Active/start"},
		{"/web1//start/ancestor::*[@resource='lifecycle']", "/web1/WebServer /web1/WebSite"},
		// An index after a name is part of the name where a node is so named, else a position.
		{"/web1/WebServer/Configured/enter/conf[1]", "/web1/WebServer/Configured/enter/conf[1]"},
		{"//conf[1]/port", "/web1/WebServer/Configured/enter/conf[1]/port /10.0.0.2/WebServer/Configured/enter/conf[1]/port"},
		{"/web1/WebServer[1]/Active[1]", "/web1/WebServer/Active"},
		{"//nothing", ""},
	} {
		t.Run(tt.pattern, func(t *testing.T) {
			e, err := query.Compile(spec.Pattern(tt.pattern))
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Select(fleet())
			if diff := cmp.Diff(strings.Fields(tt.want), paths(got)); diff != "" || err != nil {
				t.Errorf("error %v, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"", "it is empty"},
		{"//*[@resource='state'", `"[" at column 4 is never closed`},
		{"//*[@resource='state]", "the quote at column 15 is never closed"},
		{"//x]", `"]" at column 4 closes nothing`},
		{"count(//x)", "it computes a value and selects nothing"},
		{"//x/", "expression"},
		{"///x", ""},
		{"//x[foo(]", `"(" at column 8 is never closed`},
		{"//x[nosuch()]", "nosuch"},
		{strings.Repeat("/x", 600), "longer than 1000"},
	} {
		t.Run(tt.pattern, func(t *testing.T) {
			_, err := query.Compile(spec.Pattern(tt.pattern))
			if spec.KindOf(err) != spec.Invalid || err == nil {
				t.Fatalf("error is %v, want one of kind invalid", err)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "read the pattern") {
				t.Errorf("error is %q, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestSelectSaysWhatCannotBeEvaluated(t *testing.T) {
	e, err := query.Compile("//*[matches(@label, '(')]")
	if err == nil {
		_, err = e.Select(fleet())
	}
	if spec.KindOf(err) != spec.Invalid {
		t.Errorf("error is %v, want one of kind invalid", err)
	}
}

func TestFindFolded(t *testing.T) {
	for _, tt := range []struct{ pattern, folded string }{
		{"Website//start", "WebSite//start"},
		{"//website//START", "//WebSite//start"},
		{"/web1/webserver/*/Start", "/web1/WebServer/*/start"},
		{"//WebSite//start", ""},
	} {
		m, err := query.Find(fleet(), spec.Pattern(tt.pattern))
		if err != nil || string(m.Folded) != tt.folded || len(m.Nodes) == 0 {
			t.Errorf("Find(%s): folded %q, %d nodes, error %v; want folded %q", tt.pattern, m.Folded, len(m.Nodes), err, tt.folded)
		}
	}
}

func TestFindTakesNoSpellingOfSeveral(t *testing.T) {
	root := fleet()
	root.Add(query.Location, "db1").Add(query.Lifecycle, "website").Add(query.State, "Active").Add(query.Provide, "start")
	m, err := query.Find(root, "//WEBSITE//start")
	if err != nil || len(m.Nodes) != 0 || m.Folded != "" {
		t.Errorf("found %v as %q, error %v; want nothing", paths(m.Nodes), m.Folded, err)
	}
	if len(m.Near) != 2 {
		t.Errorf("near are %v, want both spellings", m.Near)
	}
}

func TestFindNear(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{"//WebSit//start", "/web1/WebSite/Active/start"},
		{"//WebServer//strat", "/web1/WebServer/Active/start"},
		{"//WebServr/Actve/start", "/web1/WebServer/Active/start"},
		{"//Apache//start", "/web1/WebServer/Active/start /web1/WebSite/Active/start"},
		{"/web2", "/web1"},
		{"//document_root", "/web1/WebServer/Configured/create_document_root"},
		{"//qqqqqqqq", ""},
	} {
		m, err := query.Find(fleet(), spec.Pattern(tt.pattern))
		got := []string{}
		for _, p := range m.Near {
			got = append(got, string(p))
		}
		if diff := cmp.Diff(strings.Fields(tt.want), got); diff != "" || err != nil {
			t.Errorf("Find(%s): error %v, -want +got:\n%s", tt.pattern, err, diff)
		}
	}
}

func TestNoneSaysWhatMayBeMeant(t *testing.T) {
	for pattern, want := range map[spec.Pattern]string{"/web1/WebSit": "did you mean /web1/WebSite?", "//qqqqqqqq": ""} {
		m, err := query.Find(fleet(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.None(); spec.KindOf(err) != spec.NotFound || err.Error() != string(pattern)+" matches nothing" || spec.HintOf(err) != want {
			t.Errorf("%s: %q of kind %q, hint %q", pattern, err, spec.KindOf(err), spec.HintOf(err))
		}
	}
}

// Plain paths are evaluated by this package, all others by the XPath library: both
// must agree, on any tree.
func TestPlainPathsMeanWhatXPathMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		root := query.NewRoot()
		nodes := []*query.Node{root}
		for range rapid.IntRange(1, 12).Draw(t, "nodes") {
			at := rapid.IntRange(0, len(nodes)-1).Draw(t, "parent")
			nodes = append(nodes, nodes[at].Add(query.State, name.Draw(t, "name")))
		}
		var p string
		for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
			sep := rapid.SampledFrom([]string{"/", "//"}).Draw(t, "sep")
			if i > 0 || rapid.Bool().Draw(t, "absolute") {
				p += sep
			}
			p += rapid.SampledFrom([]string{"a", "b", "*"}).Draw(t, "step")
		}
		plain, err := query.Compile(spec.Pattern(p))
		if err != nil {
			t.Fatal(err)
		}
		// The union with what cannot exist forces the pattern through the library.
		full, err := query.Compile(spec.Pattern(p + " | /nothing"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := full.Select(root)
		got, err2 := plain.Select(root)
		if diff := cmp.Diff(paths(want), paths(got)); diff != "" || err != nil || err2 != nil {
			t.Fatalf("%s: errors %v and %v, -library +plain:\n%s", p, err, err2, diff)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"//WebServer//start", "conf[1]", "//*[@resource='state'][last()]", "a|b", "count(//*)", "//x[", "//*[matches(., '(')]",
		"/*[position() > 1]", "reverse(//*)", "//*[. = 1 div 0]", "..", "/", "//", ".", "-1", "$x", "x::y", "//*[name()=\"é\"]", "string-join(//*, ',')", "//*/following::*"} {
		f.Add(s)
	}
	root := fleet()
	f.Fuzz(func(t *testing.T, s string) {
		m, err := query.Find(root, spec.Pattern(s))
		if err != nil && spec.KindOf(err) != spec.Invalid {
			t.Fatalf("%q: error %v is not of kind invalid", s, err)
		}
		for i, n := range m.Nodes {
			if n.Path() == "" {
				t.Fatalf("%q selects the root", s)
			}
			again, err := query.Find(root, spec.Pattern(n.Path()))
			if err != nil || !slices.Equal(again.Nodes, []*query.Node{n}) {
				t.Fatalf("%s does not find itself", n.Path())
			}
			if i > 0 && m.Nodes[i-1] == n {
				t.Fatalf("%q selects %s twice", s, n.Path())
			}
		}
	})
}

func BenchmarkXPath(b *testing.B) {
	root := query.NewRoot()
	for h := range 100 {
		host := root.Add(query.Location, fmt.Sprintf("h%d", h))
		for l := range 9 {
			lc := host.Add(query.Lifecycle, fmt.Sprintf("L%d", l))
			for s := range 5 {
				lc.Add(query.State, fmt.Sprintf("S%d", s)).Add(query.Provide, "start")
			}
		}
	}
	for _, bb := range []struct {
		name    string
		pattern spec.Pattern
		want    int
	}{
		{"uri", "/h50/L3/S2/start", 1},
		{"anywhere", "//L3//start", 500},
		{"levels", "/*/*", 900},
		{"attribute", "//*[@resource='lifecycle']", 900},
		{"everything", "//*", 10000},
	} {
		b.Run("resources=10000/pattern="+bb.name, func(b *testing.B) {
			e, err := query.Compile(bb.pattern)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if nodes, err := e.Select(root); len(nodes) != bb.want || err != nil {
					b.Fatalf("%s selects %d, want %d, error %v", bb.pattern, len(nodes), bb.want, err)
				}
			}
		})
	}
}
