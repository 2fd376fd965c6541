package view

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// userFiles are the files that the programs for users lock and write.
func userFiles() []string {
	return []string{"passwd", "shadow", "group", "gshadow", "subuid", "subgid"}
}

// killed reports whether a program was killed that held the lock on a file of users.
func killed(file string) bool {
	pid, held := lockHolder("/etc/" + file + ".lock")
	return pid != "" && !held
}

// anyKilled reports whether a program was killed that held one of the locks.
func anyKilled() bool { return slices.ContainsFunc(userFiles(), killed) }

// lockHolder is the process that a lock file names, "" if there is no such file. It is
// held if that is still one of the programs that lock it.
func lockHolder(path string) (pid string, held bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	pid = strings.Trim(string(b), "\x00\n ")
	if _, err := strconv.Atoi(pid); err != nil {
		return "0", false
	}
	name, err := os.ReadFile("/proc/" + pid + "/comm")
	if err != nil {
		return pid, false
	}
	return pid, slices.Contains([]string{"useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "gpasswd", "passwd", "chpasswd", "chage",
		"chfn", "chsh", "newusers", "vipw", "vigr", "pwck", "grpck", "pwconv", "grpconv", "systemd-sysuser"}, strings.TrimSpace(string(name)))
}

// removeLocks removes what killed programs left in /etc: files that were not given their
// name, and locks of which another process has got the number. Those of a process that is
// gone are the sign that something is half made: they go when that is repaired.
func removeLocks(repaired bool) error {
	for _, file := range userFiles() {
		lock := "/etc/" + file + ".lock"
		pid, held := lockHolder(lock)
		if held {
			return spec.Errorf(spec.Conflict, "process %s changes users right now", pid).WithHint("wait for it to end, then try again")
		}
		left := []string{"/etc/" + file + "+"}
		if _, err := os.Stat("/proc/" + pid); pid != "" && (repaired || err == nil) {
			left = append(left, lock)
		}
		numbered, _ := filepath.Glob("/etc/" + file + ".[0-9]*")
		for _, path := range numbered {
			if _, held := lockHolder(path); !held && strings.Trim(filepath.Ext(path), ".0123456789") == "" {
				left = append(left, path)
			}
		}
		for _, path := range left {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return spec.Errorf(spec.Failed, "cannot remove what a killed program left: %v", err)
			}
		}
	}
	return nil
}
