//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/xmpp/session"
)

// deployment measures `armonic deploy` of a proxy with a site on each of many hosts, real
// agents with journals: with the room of the deployment and without it, in turns, and the
// most memory that the operator's process takes.
func deployment(t *testing.T, p plan, bin string, r *report) {
	b := r.Table("`armonic deploy //Proxy//start`, a site on each of N hosts", "N", "with its room", "without", "ratio", "syncs of a disk for a step (goal ≤ 5)", "operator's memory at most (goal ≤ 50 MB)", "processor time of the operator", "of the agents", "of the server")
	f := newFleet(t, xmpptest.Prosody, bin)
	var agents []int
	for i := range p.sites + 1 {
		agents = append(agents, f.agent(t, webName(i), f.server.TLS).pid)
		if i%8 == 7 { // some at once: servers make accounts slowly
			f.online(t, i)
		}
	}
	f.online(t, p.sites+1)
	var sites []string
	for i := range p.sites {
		sites = append(sites, webName(i+1))
	}
	ofAgents := func() (sum time.Duration) {
		for _, pid := range agents {
			sum += processorTime(t, pid)
		}
		return sum
	}
	var with, without, byOperator, byAgents, byServer []time.Duration
	most, did := 0.0, ""
	var syncs []float64
	for i := range 2 * p.deployments {
		args := []string{"deploy", "//Proxy//start", "--on", webName(0), "--hosts", "websites=" + strings.Join(sites, ","), "--autofill", "--yes"}
		if i%2 == 1 {
			args = append(args, "--muc-domain", "none")
		}
		cmd := f.command(f.master, f.server.TLS, args...)
		before := commits(t, f, p.sites+1)
		agentsBefore, serverBefore := ofAgents(), processorTime(t, f.server.PID())
		out, err := cmd.CombinedOutput()
		byAgents = append(byAgents, ofAgents()-agentsBefore)
		byServer = append(byServer, processorTime(t, f.server.PID())-serverBefore)
		after := commits(t, f, p.sites+1)
		m := regexp.MustCompile(`done: ((\d+) of .* steps) in ([0-9.]+m?s)`).FindStringSubmatch(string(out))
		if err != nil || m == nil {
			t.Fatalf("%v\n%s", err, out)
		}
		did = m[1]
		took, err := time.ParseDuration(m[3])
		must(t, err)
		steps, err := strconv.Atoi(m[2])
		must(t, err)
		syncs = append(syncs, float64(2*(after-before))/float64(steps))
		if i%2 == 1 {
			without = append(without, took)
		} else {
			with = append(with, took)
		}
		used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		byOperator = append(byOperator, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		most = max(most, float64(used.Maxrss)*1024/1e6)
		t.Logf("%s with %v: %s, %.1f MB; processors: operator %s, agents %s, server %s", took, args[len(args)-1:], did, float64(used.Maxrss)*1024/1e6,
			sec(byOperator[i]), sec(byAgents[i]), sec(byServer[i]))
		for _, l := range []string{"Proxy", "WebSite", "WebServer"} {
			f.run(t, "state-goto", "//"+l+"/NotInstalled", "-J", "*", "--break", "--yes")
		}
	}
	b.Row(t, fmt.Sprint(p.sites), sec(median(with)), sec(median(without)), fmt.Sprintf("%.2f", float64(median(with))/float64(median(without))),
		goal(fmt.Sprintf("%.1f", median(syncs)), math.Round(10*median(syncs)) <= 50), goal(fmt.Sprintf("%.1f MB", most), most <= 50),
		sec(median(byOperator)), sec(median(byAgents)), sec(median(byServer)))
	calls := 8 * len(sites)
	agentsBefore, serverBefore, began := ofAgents(), processorTime(t, f.server.PID()), time.Now()
	must(t, each(calls, func(i int) error {
		_, err := f.client.AgentOf(session.JID(webName(1+i%p.sites) + "@" + xmpptest.Domain)).Info(t.Context())
		return err
	}))
	b.Note(t, fmt.Sprintf("Beside it, %d calls (Info) to the same agents, %d at once: %s, of the agents %s, of the server %s.", calls, inFlight,
		sec(time.Since(began)), sec(ofAgents()-agentsBefore), sec(processorTime(t, f.server.PID())-serverBefore)))
	b.Note(t, fmt.Sprintf("Medians of %d, in turns, from the first run to the last one: %s. Agents, server and operator share the machine. "+
		"Syncs are those of the agents' journals: two for each transaction.", p.deployments, did))
}

// each does n things, always so many at once.
func each(n int, do func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, inFlight)
	for w := range inFlight {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n && errs[w] == nil; i = int(next.Add(1)) {
				errs[w] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// commits is how many transactions the journals of the agents have had.
func commits(t *testing.T, f *fleet, agents int) (sum int) {
	t.Helper()
	for i := range agents {
		j, err := os.Open(filepath.Join(f.dir, webName(i), journal.File))
		must(t, err)
		last := 0
		for page := range int64(2) { // bbolt writes them in turns: 16 bytes of the page, then 48 before the number
			var number [8]byte
			_, err := j.ReadAt(number[:], page*int64(os.Getpagesize())+64)
			must(t, err)
			last = max(last, int(binary.NativeEndian.Uint64(number[:])))
		}
		must(t, j.Close())
		sum += last
	}
	return sum
}
