package web_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/cli/web"
	"github.com/armonic/armonic/internal/browsertest"
)

// said is what a command prints, while it runs.
type said struct {
	bytes.Buffer
	line chan string
}

func (s *said) Write(p []byte) (int, error) {
	n, err := s.Buffer.Write(p)
	if text := s.String(); strings.HasSuffix(text, "\n") {
		select {
		case s.line <- text:
		default:
		}
	}
	return n, err
}

// serve runs `armonic web` on the demo, and gives the link that it prints.
func serve(t *testing.T, args ...string) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	out, ended := &said{line: make(chan string, 1)}, make(chan error, 1)
	root, g := &cobra.Command{Use: "armonic"}, &settings.Global{}
	g.Register(root)
	root.AddCommand(web.Command(g, output.Streams{In: strings.NewReader(""), Out: out, Err: &bytes.Buffer{}}))
	root.SetArgs(append([]string{"web", "--listen", "127.0.0.1:0"}, args...))
	go func() { ended <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("armonic web ended with %v", err)
		}
	})
	select {
	case link := <-out.line:
		return strings.TrimSpace(link)
	case err := <-ended:
		ended <- nil
		t.Fatalf("armonic web ended with %v: %s", err, out)
	case <-time.After(time.Minute):
		t.Fatal("armonic web prints no link")
	}
	return ""
}

// Somebody who has never seen it deploys a proxy before two sites on a phone, by what the pages
// say, watches it, and rolls it back; then looks at all other pages. Each is looked at as a
// screen reader does, and as a picture where one asks for these.
func TestADeploymentOnAPhone(t *testing.T) { deployment(t, browsertest.Phone, false) }

// The same on a screen, in dark.
func TestADeploymentOnAScreen(t *testing.T) { deployment(t, browsertest.Screen, true) }

func deployment(t *testing.T, size browsertest.Size, dark bool) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	link := serve(t, "--demo", "--demo-pace", "50ms")
	pictures := os.Getenv("ARMONIC_PICTURES") // a folder
	p := browsertest.Open(t, size, dark)
	look := func(name string) {
		t.Helper()
		if bad := p.Unnamed(); len(bad) > 0 {
			t.Errorf("%s: a screen reader meets without a name: %v", name, bad)
		}
		var wide int
		if p.Value("document.documentElement.scrollWidth - document.documentElement.clientWidth", &wide); wide > 0 {
			t.Errorf("%s is %d pixels wider than the window", name, wide)
		}
		if pictures != "" {
			p.Picture(pictures, name)
		}
	}
	p.Go(link)
	p.See("good for one login")
	look("enter")
	p.Follow("Log in")
	p.See("5 hosts, 5 online", "nothing is applied")

	p.Follow("Deploy")
	p.Fill("#q", "proxy")
	p.Send()
	p.See("//Proxy//start")
	look("catalogue")
	p.Follow("Plan it")
	p.See("Host for //Proxy//start")
	p.Click("lb1")
	p.Follow("Save and continue")
	p.See("Web sites", "needed")
	p.Click("web1")
	p.Click("web2")
	look("questions")
	p.Follow("Save and continue")
	p.See("Save and continue", "default of WebServer")
	p.Follow("Save and continue")
	p.See("Run it", "No step lists a change")
	look("plan")
	p.Follow("Run it")
	p.See("done", "Result", "Roll back")
	look("deployment")
	p.Follow("Fleet")
	p.See("Proxy Active", "WebSite Active")
	look("fleet")

	p.Go(strings.Split(link, "/enter")[0] + "/hosts/web1")
	p.See("Configured", "WebServer")
	look("host")
	p.Follow("WebServer")
	p.See("Now: Active", "Active · now")
	look("lifecycle")
	p.Click("Installed")
	p.See("The way to Installed")
	look("way")
	p.Follow("See what moving it there does")
	p.See("What it breaks", "uses")
	look("move")
	p.Follow("Drift")
	p.Follow("Check all hosts")
	p.See("There is nothing to check")
	look("drift")
	p.Follow("History")
	p.See("WebServer", "Proxy")
	look("history")
	p.Follow("Logs")
	p.See("Text, host, deployment")
	look("logs")
	p.Follow("Deployments")
	p.See("proxy-lb1", "done")
	look("deployments")
	p.Follow("proxy-lb1")
	p.Follow("Deploy it again")
	p.See("In the place of web1")
	look("again")
	p.Follow("proxy-lb1")
	p.Follow("Roll back")
	p.See("Nothing has been changed yet")
	look("rollback")
	p.Follow("Roll back")
	p.See("✓ rolled back")
	look("rolled-back")
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("the browser tells of %s", strings.Join(errs, "\n"))
	}
}
