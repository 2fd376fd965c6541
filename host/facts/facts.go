package facts

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// Facts are what is known of a host.
type Facts struct {
	CPUs           int
	Memory         int64 // bytes
	Interfaces     []Interface
	Disks          []Disk
	FQDN           string
	Virtualization string // as systemd-detect-virt says: "none", "kvm", "lxc", "docker", …
	Kernel         string // its release: "6.1.0-18-amd64"
	Architecture   string // as Debian says: "amd64", "arm64", …
}

// Interface is one of the network; the loopback is not among them.
type Interface struct {
	Name      string
	Addresses []string // without the length of the prefix
	MAC       string   // "" if it has none
}

// Disk is a whole one, not a partition.
type Disk struct {
	Name string // "sda"
	Size int64  // bytes
}

// Read gives the facts of this host.
func Read(ctx context.Context) Facts {
	root := os.DirFS("/")
	name, _ := os.Hostname()
	return Facts{
		CPUs: runtime.NumCPU(), Memory: memory(root), Interfaces: interfaces(), Disks: Disks(root), FQDN: FQDN(root, name),
		Virtualization: virtualization(ctx, root), Kernel: line(root, "proc/sys/kernel/osrelease"), Architecture: architecture(),
	}
}

// line is the first line of a file, "" if it cannot be read.
func line(root fs.FS, name string) string {
	text, _ := fs.ReadFile(root, name)
	first, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(first)
}

func memory(root fs.FS) int64 {
	text, _ := fs.ReadFile(root, "proc/meminfo")
	for l := range strings.Lines(string(text)) {
		if f := strings.Fields(l); len(f) == 3 && f[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}

func interfaces() []Interface {
	all, _ := net.Interfaces()
	out := []Interface{}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			continue
		}
		x := Interface{Name: i.Name, MAC: i.HardwareAddr.String()}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok {
				x.Addresses = append(x.Addresses, n.IP.String())
			}
		}
		out = append(out, x)
	}
	return out
}

// Disks are those in /sys/block that a machine has, not those that it makes up.
func Disks(root fs.FS) []Disk {
	entries, _ := fs.ReadDir(root, "sys/block")
	out := []Disk{}
	for _, e := range entries {
		name := e.Name()
		madeUp := false
		for _, prefix := range []string{"loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd"} {
			madeUp = madeUp || strings.HasPrefix(name, prefix)
		}
		sectors, _ := strconv.ParseInt(line(root, path.Join("sys/block", name, "size")), 10, 64)
		if !madeUp && sectors > 0 {
			out = append(out, Disk{name, sectors * 512})
		}
	}
	return out
}

// FQDN is a host's full name: its own if that has a dot, else the one that /etc/hosts has
// for it, else its own.
func FQDN(root fs.FS, name string) string {
	if strings.Contains(name, ".") {
		return name
	}
	text, _ := fs.ReadFile(root, "etc/hosts")
	for l := range strings.Lines(string(text)) {
		l, _, _ = strings.Cut(l, "#")
		f := strings.Fields(l)
		if len(f) < 2 {
			continue
		}
		for _, alias := range f[1:] {
			if alias == name && strings.HasPrefix(f[1], name+".") {
				return f[1]
			}
		}
	}
	return name
}

func architecture() string {
	switch runtime.GOARCH {
	case "386":
		return "i386"
	case "arm":
		return "armhf"
	case "ppc64le":
		return "ppc64el"
	}
	return runtime.GOARCH
}
