package inprocess

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// GiveBack returns the pages of the program to the system, of which many were needed once, as to
// start. Such a page stays in the system's cache of files, as long as that has room for it, and is
// mapped again when it is needed.
func GiveBack() {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		// 00400000-00f87000 r-xp 00000000 fe:00 9978546  /usr/bin/armonic
		f := strings.Fields(lines.Text())
		if len(f) < 6 || f[1] != "r-xp" && f[1] != "r--p" || strings.Join(f[5:], " ") != self {
			continue // what can be written is not what the file has
		}
		from, to, _ := strings.Cut(f[0], "-")
		begin, err1 := strconv.ParseUint(from, 16, 64)
		end, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(begin), uintptr(end-begin), syscall.MADV_DONTNEED)
		}
	}
}
