package host

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// process is one process of this machine.
type process struct {
	pid, parent, session int
	name                 string // the first 15 bytes of its program's
	start                uint64 // in clock ticks since the boot
	zombie               bool
}

func (p process) String() string { return fmt.Sprintf("%s (process %d)", p.name, p.pid) }

// processes lists all that there are.
func processes() []process {
	entries, _ := os.ReadDir("/proc")
	var out []process
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if p, ok := readProcess(pid); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// readProcess reads proc_pid_stat(5); false if there is no such process any more.
func readProcess(pid int) (process, bool) {
	stat := string(procFile(pid, "stat"))
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return process{}, false
	}
	fields := strings.Fields(stat[end+1:]) // from the third one on
	if len(fields) < 20 {
		return process{}, false
	}
	p := process{pid: pid, name: stat[open+1 : end], zombie: fields[0] == "Z" || fields[0] == "X"}
	p.parent, _ = strconv.Atoi(fields[1])
	p.session, _ = strconv.Atoi(fields[3])
	p.start, _ = strconv.ParseUint(fields[19], 10, 64)
	return p, true
}

// procFile gives a file of /proc about a process, empty if it cannot be read.
func procFile(pid int, name string) []byte {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
	return text
}

// commandMark is a variable of the environment of every command, with its id. Processes
// that a command starts have it too, whatever session they are in.
const commandMark = "ARMONIC_COMMAND"

// mark gives the id of the command that a process comes from, "" if it has none.
func (p process) mark() string {
	for v := range bytes.SplitSeq(procFile(p.pid, "environ"), []byte{0}) {
		if id, ok := bytes.CutPrefix(v, []byte(commandMark+"=")); ok {
			return string(id)
		}
	}
	return ""
}

// withDescendants adds to some processes all that they started, and so on.
func withDescendants(some map[int]bool, all []process) {
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if some[p.parent] && !some[p.pid] && p.pid != os.Getpid() {
				some[p.pid], grown = true, true
			}
		}
	}
}
