package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Listeners are the processes of this host that take TCP connections at a port, on
// whichever address. It reads /proc, and needs to be root to see those of others.
func Listeners(port int) ([]Listener, error) {
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a kernel without IPv6
		}
		if err != nil {
			return nil, err
		}
		for _, inode := range listening(string(text), port) {
			sockets["socket:["+inode+"]"] = true
		}
	}
	if len(sockets) == 0 {
		return nil, nil
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var found []Listener
	for _, dir := range processes {
		if !holds(dir, sockets) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		name, _ := os.ReadFile(dir + "/comm") // one that has ended meanwhile has none
		group, _ := os.ReadFile(dir + "/cgroup")
		found = append(found, Listener{pid, strings.TrimSpace(string(name)), unitOf(string(group))})
	}
	return found, nil
}

// listening are the inodes of the sockets that listen at a port, of a table as in
// proc_net_tcp of the kernel's documentation.
func listening(table string, port int) (inodes []string) {
	const listen = "0A"
	local := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 9 && strings.HasSuffix(f[1], local) && f[3] == listen {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// holds says whether a process has one of these sockets open.
func holds(dir string, sockets map[string]bool) bool {
	files, _ := os.ReadDir(dir + "/fd") // of one that ended, or of another user: none
	for _, f := range files {
		if to, err := os.Readlink(dir + "/fd/" + f.Name()); err == nil && sockets[to] {
			return true
		}
	}
	return false
}
