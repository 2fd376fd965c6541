package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/tmuxtest"
)

const soon = 20 * time.Second // a machine with other things to do

// bin is the folder of the program that the tests run.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "armonic-test-")
	if err != nil {
		panic(err)
	}
	bin = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// built makes the program, once for all tests.
var built = sync.OnceValues(func() (string, error) {
	program := filepath.Join(bin, "armonic")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

// build gives the path of the program.
func build(t *testing.T) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// TestStoryInTheTerminal does what a person does, from the fleet to a proxy over
// two web sites and back to the stacks of web1, and reads the screen.
func TestStoryInTheTerminal(t *testing.T) {
	tmuxtest.Need(t)
	program := build(t)
	for _, size := range []struct {
		name          string
		width, height int
	}{{"120x36", 120, 36}, {"80x24", 80, 24}} {
		t.Run(size.name, func(t *testing.T) {
			term := tmuxtest.Start(t, tmuxtest.Options{Width: size.width, Height: size.height}, program, "tui", "--demo", "--demo-pace", "40ms")
			see := func(texts ...string) {
				t.Helper()
				for _, text := range texts {
					term.WaitFor(text, soon)
				}
			}

			// The fleet, with nothing applied; the catalogue; the proxy on lb1.
			see("lb1", "web1", "nothing applied")
			term.Press("2")
			see("Haproxy.start")
			term.Type("proxy")
			see("enter plans //Proxy//start")
			term.Press("Enter")
			see("Host for //Proxy//start")
			term.Press("Down", "Enter")

			// Two web sites below it.
			see("Proxy.start @lb1", "0 of 5 hosts marked")
			term.Press("Down", "Down", "Space", "Down", "Space")
			see("2 of 5 hosts marked")
			term.Press("Enter")
			see("READY for the plan", "a goes through them")
			term.Press("a")
			see("web1 / WebServer / port", "default of WebServer")

			// The port: refused beside the field, then good; the path as the site wishes.
			for _, c := range []struct{ typed, said string }{
				{"70000", "port must be a port from 1 to 65535, is 70000"},
				{"abc", `port must be a whole number, is "abc"`},
			} {
				term.Press("C-u")
				term.Type(c.typed)
				term.Press("Enter")
				see(c.said)
			}
			term.Press("C-u")
			term.Type("8080")
			term.Press("Enter")
			see("web1 / WebServer / path", "> /var/www/website/", "default of WebSite")
			term.Press("Enter")
			see("web2 / WebServer / port", "you typed it for web1")
			term.Press("Escape")

			// Going back: the hosts are edited, the tree follows; undo brings it back. The
			// editor must be left first: escape and g at once are another key, alt+g.
			see("enter answer", "19 steps on 3 hosts")
			term.Press("g", "Down", "Enter")
			see("2 of 5 hosts marked")
			term.Press("Down", "Down", "Down", "Space")
			see("1 of 5 hosts marked")
			term.Press("Enter")
			see("11 steps on 2 hosts")
			term.Press("u")
			see("19 steps on 3 hosts")

			// The plan, a confirmation that names the hosts.
			term.Press("p")
			see("What will happen", "NotInstalled → Active")
			term.Press("R")
			see("Run Proxy.start @lb1?", "web1 web2 lb1")
			term.Type("y")

			// It runs; log lines arrive; it ends with what was returned.
			see("19 of 19")
			see("192.0.2.13:8080")

			// The stacks of web1.
			term.Press("1")
			see("STATE", "web3")
			term.Press("g", "Down", "Down")
			see("WebServer")
			if size.width < 100 { // the stacks have a page of their own
				term.Press("Enter")
			}
			term.WaitMatch(`Active[\s\S]*Configured[\s\S]*port=8080[\s\S]*Installed[\s\S]*NotInstalled`, soon)
			term.Press("q")
			if code := term.WaitExit(soon); code != 0 {
				t.Errorf("it ended with %d:\n%s", code, term.Screen())
			}
		})
	}
}

// TestTerminalsThatAreTooSmall are told so, and work again when they grow.
func TestTerminalsThatAreTooSmall(t *testing.T) {
	tmuxtest.Need(t)
	term := tmuxtest.Start(t, tmuxtest.Options{Width: 20, Height: 5}, build(t), "tui", "--demo")
	term.WaitFor("larger", soon)
	term.Resize(80, 24)
	term.WaitFor("1 Fleet", soon)
	term.Press("q")
	if code := term.WaitExit(soon); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

// TestPasswordsAreNotShownAtThePrompt neither while they are typed nor when asking
// is interrupted.
func TestPasswordsAreNotShownAtThePrompt(t *testing.T) {
	tmuxtest.Need(t)
	dir := t.TempDir()
	module := `lifecycle("Db", states = [state("Off"), state("On", provides = [
    provide("go", requires = [require("conf", var("name", str), var("pass", password), var("size", int))])])])
`
	if err := os.WriteFile(filepath.Join(dir, "db.star"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	term := tmuxtest.Start(t, tmuxtest.Options{Width: 80, Height: 24}, build(t), "deploy", "//Db//go", "--demo", "--on", "db1", "--module-dir", dir)
	for _, step := range []struct{ see, typed string }{{"name:", "shop"}, {"pass:", "s3cret-word"}, {"size:", "echoed"}} {
		term.WaitFor(step.see, soon)
		term.Type(step.typed)
		term.Press("Enter")
	}
	screen := term.WaitFor(`is "echoed"`, soon)
	if strings.Contains(screen, "s3cret") || !strings.Contains(screen, "shop") {
		t.Errorf("the screen shows\n%s", screen)
	}
	term.Press("C-c")
	if code := term.WaitExit(soon); code != 130 {
		t.Errorf("it ended with %d", code)
	}
}

// TestCtrlCAtAPasswordPrompt ends the program at once, with the echo on again.
func TestCtrlCAtAPasswordPrompt(t *testing.T) {
	tmuxtest.Need(t)
	dir := t.TempDir()
	module := `lifecycle("Db", states = [state("Off"), state("On", provides = [provide("go", requires = [require("conf", var("pass", password))])])])
`
	if err := os.WriteFile(filepath.Join(dir, "db.star"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	line := "trap : INT; " + build(t) + " deploy //Db//go --demo --on db1 --module-dir " + dir + "; echo code $?; read x; echo got $x"
	term := tmuxtest.Start(t, tmuxtest.Options{Width: 80, Height: 24}, "sh", "-c", line)
	term.WaitFor("pass:", soon)
	term.Press("C-c")
	term.WaitFor("code 130", soon)
	term.Type("visible")
	term.WaitFor("visible", soon)
}
