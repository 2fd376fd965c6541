package hostbench_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

// The goals beside a playbook of the story.
const (
	goalStoryFirst = 0.7
	goalStorySame  = 0.1
)

// storyArgs is what an operator says of the deployment.
func storyArgs(more ...string) []string {
	return append([]string{"deploy", "//Haproxy//start", "--on", "lb1", "--hosts", "backends=web1,web2", "--hosts", "database=db1",
		"--choose", "//get_website=Wordpress/Active/get_website", "--autofill", "--yes", "--name", "shop"}, more...)
}

// measureStory deploys a WordPress with its database behind a balancer on four hosts, by
// Armonic and by a playbook, each on hosts as new: the first run, one that changes nothing, one
// with another value, and what each says beforehand.
func measureStory(t *testing.T) {
	t.Helper()
	t.Setenv("TESTHOSTS_PACKAGES", "nginx haproxy socat php-fpm php php-cli php-mysql mariadb-server wordpress wordpress-theme-twentytwentythree python3-apt python3-pymysql")
	hosts := hosttest.Up(t, "lb1", "web1", "web2", "db1")
	arm, play := &storyRun{}, &storyRun{}
	storyOfArmonic(t, hosts, arm)
	for _, h := range hosts {
		h.Reset(t)
	}
	storyOfAnsible(t, hosts, play)

	r := &report{}
	b := r.Table("A WordPress on two hosts, its database and a balancer on two others", "run", "armonic", "ansible", "ratio")
	b.Note(t, "One run each, on hosts as new. Armonic is a new process that connects first; ansible has its connections (ControlPersist) and pipelining. "+
		"Its playbook has no facts but those it needs, and 20 forks.")
	row := func(what string, a, b2 time.Duration, goal float64) {
		b.Row(t, what, ms(a), ms(b2), times(a, b2, goal))
	}
	row("first run", arm.first, play.first, goalStoryFirst)
	row("nothing changed", arm.same, play.same, goalStorySame)
	row("another memory limit of PHP", arm.other, play.other, 0)
	row("another port of nginx", arm.port, play.port, 0)
	said(t, r.Table("What each says beforehand, on hosts as new", "tool", "changes said", "of those made then, said", "not said, but marked", "neither", "said, and not made", "how it ends"), arm, play)
	lines(t, r.Table("Lines that a person writes", "", "lines"))
	r.Print(t)
}

// storyRun is what was found of one tool.
type storyRun struct {
	first, same, other, port time.Duration

	said, made int    // changes: foretold, and made in the first run
	rightly    int    // of those made: foretold as they were made
	marked     int    // of the others: in steps of which it was said that they may change more
	ends       string // the look beforehand
}

func storyOfArmonic(t *testing.T, hosts []*hosttest.Host, r *storyRun) {
	t.Helper()
	f := hostfleet.New(t, hosts)
	f.Start(t, "")
	run := func(more ...string) (time.Duration, string) {
		began := time.Now()
		out := f.Command(t, storyArgs(more...)...)
		return time.Since(began), out
	}
	_, out := run("--dry-run", "-o", "json")
	before := foretold(t, out)
	r.ends = "well; " + before.known()
	r.first, out = run("-o", "json")
	before.compare(t, out, r)
	answers(t, hosts[1], hosts[0].Address, 80, "wp-content")
	r.same, _ = run()
	r.other, _ = run("--set", "//PhpFpm//conf/memory=300")
	r.port, _ = run("--set", "//Nginx//conf/port=8080")
	answers(t, hosts[1], hosts[0].Address, 80, "wp-content")
	f.Stop(t)
}

func storyOfAnsible(t *testing.T, hosts []*hosttest.Host, r *storyRun) {
	t.Helper()
	a := newAnsible(t, hosts, "story.yml")
	a.prepare(t)
	a.connect(t)
	vars := func(memory, port int) []string {
		return []string{"-e", fmt.Sprintf("memory=%d web_port=%d password=correct-horse buffer_pool=512", memory, port)}
	}
	out, failed := a.try(append(vars(256, 80), "--check", "--diff")...)
	r.said, r.ends = changes(out), "well"
	if failed {
		r.ends = "fails: " + firstFatal(out)
	}
	r.first, out = a.play(t, vars(256, 80)...)
	r.made = changes(out)
	answers(t, hosts[1], hosts[0].Address, 80, "wp-content")
	if r.same, out = a.play(t, vars(256, 80)...); changes(out) != 0 {
		t.Errorf("the playbook changes something the second time:\n%s", out)
	}
	r.other, _ = a.play(t, vars(300, 80)...)
	r.port, _ = a.play(t, vars(300, 8080)...)
	answers(t, hosts[1], hosts[0].Address, 80, "wp-content")
}

// firstFatal is the task at which a play failed first.
func firstFatal(out string) string {
	before, _, found := strings.Cut(out, "fatal: ")
	if !found {
		return "no host"
	}
	at := strings.LastIndex(before, "TASK [")
	name, _, _ := strings.Cut(before[at+len("TASK ["):], "]")
	return name
}

func said(t *testing.T, b *benchreport.Table, arm, play *storyRun) {
	t.Helper()
	row := func(tool string, r *storyRun) {
		b.Row(t, tool, fmt.Sprint(r.said), fmt.Sprintf("%d of %d", r.rightly, r.made), fmt.Sprint(r.marked), fmt.Sprint(r.made-r.rightly-r.marked),
			fmt.Sprint(r.said-r.rightly), r.ends)
	}
	play.rightly = min(play.said, play.made)
	row("armonic deploy --dry-run", arm)
	row("ansible-playbook --check --diff", play)
}

func lines(t *testing.T, b *benchreport.Table) {
	t.Helper()
	n := 0
	for _, name := range []string{"story.yml", "wordpress.php", "balancer.cfg"} {
		text, err := os.ReadFile(filepath.Join("testdata", "ansible", name))
		must(t, err)
		n += bytes.Count(text, []byte("\n"))
	}
	b.Row(t, "of the operator of Armonic: one command, with the services that come with it", "1")
	b.Row(t, "of the playbook, with its two templates", fmt.Sprint(n))
}
