package cli_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/cli"
)

// dialogue is the program line by line, and somebody who reads and types.
type dialogue struct {
	t    *testing.T
	mu   sync.Mutex
	said strings.Builder
	more chan struct{} // size 1: something was said
	read int           // how much of it
	in   *io.PipeWriter
	code chan int // size 1: how the program ended
}

// Write is what the program says.
func (d *dialogue) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case d.more <- struct{}{}:
	default:
	}
	return d.said.Write(p)
}

func talk(t *testing.T, args ...string) *dialogue {
	t.Helper()
	r, w := io.Pipe()
	d := &dialogue{t: t, more: make(chan struct{}, 1), in: w, code: make(chan int, 1)}
	go func() { d.code <- cli.Run(args, cli.Streams{In: r, Out: d, Err: d}) }()
	t.Cleanup(func() {
		_ = w.Close()
		<-d.code
		_ = r.Close()
	})
	return d
}

// see waits until the program says something that matches, after what was seen before.
func (d *dialogue) see(pattern string) {
	d.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for late := time.After(time.Minute); ; {
		d.mu.Lock()
		text := d.said.String()
		at := re.FindStringIndex(text[d.read:])
		if at != nil {
			d.read += at[1]
		}
		d.mu.Unlock()
		if at != nil {
			return
		}
		select {
		case <-d.more:
		case <-late:
			d.t.Fatalf("it does not say %q after\n%s", pattern, text)
		}
	}
}

// says sees, and then types a line, for each of several.
func (d *dialogue) says(steps ...[2]string) {
	d.t.Helper()
	for _, s := range steps {
		d.see(s[0])
		if _, err := io.WriteString(d.in, s[1]+"\n"); err != nil {
			d.t.Fatal(err)
		}
	}
}

// ends waits for the end of the program, whose output must be lines for everybody.
func (d *dialogue) ends(want int) {
	d.t.Helper()
	code := <-d.code
	d.code <- code
	text := d.said.String()
	if code != want {
		d.t.Errorf("it ended with %d rather than %d, after\n%s", code, want, text)
	}
	if bad := regexp.MustCompile(`[^\n\x20-\x7e]`).FindString(text); bad != "" {
		d.t.Errorf("it says %q in\n%s", bad, text)
	}
}

const (
	menu  = `^What do you want to do: $`
	quick = "--demo-pace=1ms"
)

func TestPlainDeploymentFromTheFleetToItsUndo(t *testing.T) {
	d := talk(t, "tui", "--plain", "--demo", quick)
	d.see(`^Fleet demo: 5 hosts, 5 online\.$`)
	d.says(
		[2]string{menu, "1"},
		[2]string{`^3  web1: nothing applied$(?s:.*)^Which host, or Enter to go back: $`, ""},
		[2]string{menu, "deploy something"},
		[2]string{`^What is to be deployed, .*: $`, "proxy"},
		[2]string{`^\d+  //Haproxy//start, (?s:.*)^What is to be deployed, .*: $`, "//proxy//start"},
		[2]string{`^2  lb1$(?s:.*)^Host for //Proxy//start: $`, "2"},
		[2]string{`^4  web2$(?s:.*)^websites: hosts, separated by commas, - for none: $`, "3, 4"},
		[2]string{`^Listen port \(port\) \[80\]: $`, "?"},
		[2]string{`it is /web1/WebServer/Configured/enter/conf/port, a port(?s:.*)^Listen port \(port\) \[80\]: $`, "70000"},
		[2]string{`must be a port from 1 to 65535(?s:.*)^Listen port \(port\).*: $`, "8080"},
		[2]string{`^Document root \(path\) \[.*\]: $`, ":back"},
		[2]string{`^Listen port \(port\).*: $`, "8080"},
		[2]string{`^Document root \(path\) \[/var/www/website/\]: $`, ""},
		[2]string{`^/web2/WebServer(?s:.*)^Listen port \(port\) \[.*\]: $`, "80"},
		[2]string{`^Document root \(path\) \[.*\]: $`, ""},
		[2]string{`^3  /web1/WebServer/Configured/enter/conf/port Listen port \(port\): 8080$(?s:.*)^Which one is to be changed, or Enter to go on: $`, "3"},
		[2]string{`^Listen port \(port\) \[8080\]: $`, "8081"},
		[2]string{`Listen port \(port\): 8081$(?s:.*)^Which one is to be changed, or Enter to go on: $`, ""},
		[2]string{`WebServer  NotInstalled -> Configured(?s:.*)^Run 19 steps on web1, web2, lb1\? \[y/N\] $`, "y"},
	)
	d.see(`WebServer: enter Configured  conf\.port=8081`)
	d.see(`done: 19 of 19 steps`)
	d.says(
		[2]string{menu, "1"},
		[2]string{`^2  lb1: Proxy Active$(?s:.*)^Which host, or Enter to go back: $`, "web1"},
		[2]string{`^WebServer, the newest state first:\n  Active\n  Configured  conf\.port=8081$(?s:.*)^What about web1, or Enter to go back: $`, "history"},
		[2]string{`//WebServer|/web1/WebServer(?s:.*)^What about web1, or Enter to go back: $`, "drift"},
		[2]string{`all is as it was left(?s:.*)^What about web1, or Enter to go back: $`, ""},
		[2]string{menu, "deployments"},
		[2]string{`^1  proxy-lb1, done, 19 of 19 steps, by .*$(?s:.*)^Which deployment, or Enter to go back: $`, "1"},
		[2]string{`^What about it, or Enter to go back: $`, "what was said"},
		[2]string{`  web1  Webserver listening on port 8081$(?s:.*)^What about it, or Enter to go back: $`, "take it back"},
		[2]string{`^Rollback of proxy-lb1: (?s:.*)^Take back \d+ steps on .*\? \[y/N\] $`, "y"},
	)
	d.see(`rolled back: `)
	d.says(
		[2]string{`^What about it, or Enter to go back: $`, "deploy the same"},
		[2]string{`Listen port \(port\): 8081$(?s:.*)^Which one is to be changed, or Enter to go on: $`, ""},
		[2]string{`^Run 19 steps on web1, web2, lb1\? \[y/N\] $`, "n"},
		[2]string{`not confirmed, nothing was done(?s:.*)^What about it, or Enter to go back: $`, "other hosts"},
		[2]string{`^Instead of web1, or Enter to leave it: $`, ""},
		[2]string{`^Instead of web2, or Enter to leave it: $`, "web3"},
		[2]string{`^Instead of lb1, or Enter to leave it: $`, ""},
		[2]string{`^\d+  /web3/WebServer(?s:.*)^Which one is to be changed, or Enter to go on: $`, ""},
		[2]string{`^Run 19 steps on web1, web3, lb1\? \[y/N\] $`, "n"},
		[2]string{`not confirmed, nothing was done(?s:.*)^What about it, or Enter to go back: $`, ""},
		[2]string{menu, "quit"},
	)
	d.ends(0)
}

func TestPlainMovesAServiceToAnotherState(t *testing.T) {
	d := talk(t, "tui", "--plain", "--demo", quick, "//WebServer//start")
	d.says(
		[2]string{`^Host for //WebServer//start: $`, "web1"},
		[2]string{`^Listen port \(port\) \[80\]: $`, ""},
		[2]string{`^Which one is to be changed, or Enter to go on: $`, ""},
		[2]string{`^Run 4 steps on web1\? \[y/N\] $`, "y"},
		[2]string{`done: 4 of 4 steps(?s:.*)` + menu, "hosts"},
		[2]string{`^Which host, or Enter to go back: $`, "web1"},
		[2]string{`^What about web1, or Enter to go back: $`, "deploy"},
		[2]string{`^What is to be deployed, .*: $`, "//WebSite//start"},
		[2]string{`^Document root .*: $`, ":leave"},
		[2]string{`not confirmed, nothing was done(?s:.*)^What about web1, or Enter to go back: $`, "move"},
		[2]string{`^\d+  WebServer, now Active$(?s:.*)^Which service, or Enter to go back: $`, "WebServer,"},
		[2]string{`^\d+  Installed$(?s:.*)^To which state, or Enter to go back: $`, "Installed"},
		[2]string{`leave Active(?s:.*)^Do this on web1\? \[y/N\] $`, "y"},
	)
	d.says([2]string{`^web1: debian 13, WebServer Installed\.$(?s:.*)^What about web1, or Enter to go back: $`, ""}, [2]string{menu, "history"}, [2]string{menu, "drift"}, [2]string{menu, "q"})
	d.ends(0)
}

// shopModule has a step that fails with what is suggested.
const shopModule = `"""A shop whose port must be high."""
def _listen(ctx):
    if ctx.req.conf.port < 1024:
        fail("port %d is not allowed" % ctx.req.conf.port)

def _open(ctx):
    pass

lifecycle("Store", states = [state("Off"), state("On", provides = [provide("start", _open)])])
lifecycle("Shop", states = [state("Off"), state("On", enter = _listen, requires = [
    require_local("store", "//Store//start"),
    require("conf", var("port", port, default = 80, label = "Port of the shop")),
], provides = [provide("open", _open, label = "Open the shop")])])
`

func TestPlainFailureAndAllThatCanBeDone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop.star"), []byte(shopModule), 0o600); err != nil {
		t.Fatal(err)
	}
	const now = `^What now, or Enter to stop here: $`
	begin := func(t *testing.T) *dialogue {
		t.Helper()
		d := talk(t, "tui", "--plain", "--demo", quick, "--module-dir", dir, "//Shop//open")
		d.says(
			[2]string{`^Host for //Shop//open: $`, "lb1"},
			[2]string{`^Port of the shop \(port\) \[80\]: $`, ""},
			[2]string{`^Which one is to be changed, or Enter to go on: $`, ""},
			[2]string{`^Run 4 steps on lb1\? \[y/N\] $`, "y"},
		)
		d.see(`port 80 is not allowed`)
		d.see(`^It did not come to its end\. What can be done:$`)
		return d
	}
	t.Run("retry, edit", func(t *testing.T) {
		d := begin(t)
		d.says(
			[2]string{`^1  retry Shop on lb1$(?s:.*)` + now, "retry"},
			[2]string{`port 80 is not allowed(?s:.*)` + now, "change answers"},
			[2]string{`^\d+  /lb1/Shop/On/enter/conf/port .*: 80$(?s:.*)^Which one is to be changed, or Enter to go on: $`, "/lb1/Shop/On"},
			[2]string{`^Port of the shop \(port\) \[80\]: $`, "8080"},
			[2]string{`^Which one is to be changed, or Enter to go on: $`, ""},
			[2]string{`^Run \d+ steps on lb1\? \[y/N\] $`, "y"},
			[2]string{`Shop: enter On  .*conf\.port=8080(?s:.*)done: \d of \d steps(?s:.*)` + menu, "q"},
		)
		d.ends(0)
	})
	t.Run("skip", func(t *testing.T) {
		d := begin(t)
		d.says(
			[2]string{now, "skip"},
			[2]string{`^Why is it skipped, .*: $`, ""},
			[2]string{now, "skip"},
			[2]string{`^Why is it skipped, .*: $`, "it is not needed"},
			[2]string{`skipped +lb1 Shop: it is not needed(?s:.*)` + menu, "q"},
		)
		d.ends(0)
	})
	t.Run("by hand", func(t *testing.T) {
		d := begin(t)
		d.says(
			[2]string{now, "take"},
			[2]string{`^How was it done, .*: $`, "by hand"},
			[2]string{menu, "q"},
		)
		d.ends(0)
	})
	t.Run("roll back, or go on later", func(t *testing.T) {
		d := begin(t)
		d.says(
			[2]string{now, ""},
			[2]string{menu, "deployments"},
			[2]string{`^1  shop-lb1, failed, 2 of 4 steps, (?s:.*)^Which deployment, or Enter to go back: $`, "1"},
			[2]string{`^What about it, or Enter to go back: $`, "go on"},
			[2]string{`port 80 is not allowed(?s:.*)` + now, "roll back"},
			[2]string{`^Take back \d steps? on lb1\? \[y/N\] $`, "y"},
			[2]string{`rolled back(?s:.*)^What about it, or Enter to go back: $`, ""},
			[2]string{menu, "q"},
		)
		d.ends(0)
	})
}

func TestPlainLookOnly(t *testing.T) {
	d := talk(t, "tui", "--plain", "--demo", "--read-only", "//Proxy//start")
	d.says([2]string{`nothing is changed here: --read-only(?s:.*)` + menu, "deploy something"}, [2]string{`^There is no "deploy something"\. .*\n` + menu[1:], "hosts"},
		[2]string{`^Which host, .*: $`, "lb1"})
	d.says([2]string{`^What about lb1, .*: $`, "move"}, [2]string{`^There is no "move"\. .*\nWhat about lb1, .*: $`, ""}, [2]string{menu, "q"})
	d.ends(0)
}

// Without settings, and where the environment asks for lines, one says first how to start.
func TestPlainFirstStart(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("ACCESSIBLE", "1")
	d := talk(t, "tui")
	d.says(
		[2]string{`^1  try it here, on five simulated hosts$(?s:.*)^How do you want to start: $`, "with my server"},
		[2]string{`^Your account, NAME@DOMAIN: $`, "anna@example.com"},
		[2]string{`^Server, .*: $`, "127.0.0.1:1"},
		[2]string{`^File of the authority .*: $`, ""},
		[2]string{`^File with the password, .*: $`, ""},
		[2]string{`^Password: $`, "sesame"},
		[2]string{`^It cannot be made: .*$(?s:.*)^How do you want to start: $`, "only look"},
		[2]string{`^Fleet demo: 5 hosts, 5 online\.$(?s:.*)` + menu, "q"},
	)
	d.ends(0)
	if text := d.said.String(); strings.Contains(text, "sesame") || strings.Contains(text, "deploy something") {
		t.Errorf("it says %s", text)
	}
	if _, err := os.Stat(filepath.Join(home, "armonic", "cli.yaml")); err == nil {
		t.Error("settings that do not work are kept")
	}
}

// armonic deploy has numbers too.
func TestPlainChoicesOfTheCommand(t *testing.T) {
	t.Setenv("ACCESSIBLE", "1")
	d := talk(t, "deploy", "//WebServer//start", "--demo", quick)
	d.says(
		[2]string{`^3  web1$(?s:.*)^Host for //WebServer//start: $`, "3"},
		[2]string{`^Listen port \(port\) \[80\]: $`, ""},
		[2]string{`^Which one is to be changed, or Enter to go on: $`, ""},
		[2]string{`^Run 4 steps on web1\? \[y/N\] $`, "y"},
	)
	d.ends(0)
}
