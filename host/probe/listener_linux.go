package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Listeners are the processes of this host that take TCP connections to 127.0.0.1 at a port.
// It reads /proc, and needs to be root to see those of others.
func Listeners(port int) ([]Listener, error) {
	sockets := map[string]bool{}
	nearest := len(local())
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a kernel without IPv6
		}
		if err != nil {
			return nil, err
		}
		for _, s := range listening(string(text), port) {
			if s.address < nearest { // the kernel gives connections to the socket whose address says most
				nearest = s.address
				clear(sockets)
			}
			if s.address == nearest {
				sockets["socket:["+s.inode+"]"] = true
			}
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

// local are the addresses of sockets that take connections to 127.0.0.1, as the kernel's
// tables write them: itself, as an IPv4 and as an IPv6 address, and those of all addresses.
func local() []string {
	word := func(b ...byte) string { return fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b)) }
	loopback, all := word(127, 0, 0, 1), word(0, 0, 0, 0)
	return []string{loopback, all + all + word(0, 0, 0xff, 0xff) + loopback, all, all + all + all + all}
}

// socket is one that listens.
type socket struct {
	inode   string
	address int // among local
}

// listening are the sockets that listen at a port for connections to 127.0.0.1, of a table as
// in proc_net_tcp of the kernel's documentation.
func listening(table string, port int) (found []socket) {
	const listen = "0A"
	at, addresses := fmt.Sprintf("%04X", port), local()
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != listen {
			continue
		}
		address, p, _ := strings.Cut(f[1], ":")
		if i := slices.Index(addresses, address); p == at && i >= 0 {
			found = append(found, socket{f[9], i})
		}
	}
	return found
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
