package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func TestTree(t *testing.T) {
	root := query.NewRoot()
	meta := graph(t, "A>M, M=x|y")
	lifecycle.Tree(root, "web1", new(trace).webServer(), asking(), meta)
	for _, tt := range []struct{ pattern, want string }{
		{"/web1/*", "/web1/WebServer /web1/L /web1/L"},
		{"WebServer/*", "/web1/WebServer/NotInstalled /web1/WebServer/Installed /web1/WebServer/Configured /web1/WebServer/Active"},
		{"WebServer/Configured/*", "/web1/WebServer/Configured/enter /web1/WebServer/Configured/create_document_root"},
		{"//WebServer//port", "/web1/WebServer/Configured/enter/conf/port"},
		{"//*[contains(@tags, 'demo')]", "/web1/WebServer/Active/start"},
		{"//enter/*[@resource='require']", "/web1/WebServer/Configured/enter/conf /web1/L/B/enter/conf /web1/L/B/enter/pair /web1/L/B/enter/pair[1] /web1/L/B/enter/maybe /web1/L/B/enter/sites"},
		{"//sites/*", "/web1/L/B/enter/sites/host /web1/L/B/enter/sites/path /web1/L/B/enter/sites/url"},
		{"//*[@type='port' and @default='80']", "/web1/WebServer/Configured/enter/conf/port /web1/L/B/enter/conf/port"},
		{"//*[@xpath='//WebSite//start']/@nargs", "/web1/L/B/enter/sites"},
		{"//*[@initial='A' and @transitions='A>M.x M.x>M A>M.y M.y>M']", "/web1/L"},
		{"//*[starts-with(name(), 'M')]", "/web1/L/M.x /web1/L/M.y /web1/L/M"},
	} {
		e, err := query.Compile(spec.Pattern(tt.pattern))
		if err != nil {
			t.Fatal(err)
		}
		nodes, err := e.Select(root)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range nodes {
			got = append(got, string(n.Path()))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.pattern, text, tt.want)
		}
	}
}
