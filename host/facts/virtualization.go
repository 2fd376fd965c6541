package facts

import (
	"context"
	"io/fs"
	"os/exec"
	"strings"
	"time"
)

// virtualization is what systemd says, which asks the processor too, or else what files say.
func virtualization(ctx context.Context, root fs.FS) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, "systemd-detect-virt").Output() // "none" ends with 1
	if word := strings.TrimSpace(string(out)); word != "" && !strings.ContainsAny(word, " \n") {
		return word
	}
	return Virtualization(root)
}

// Virtualization is what the files of a host say it runs in, in the words of
// systemd-detect-virt.
func Virtualization(root fs.FS) string {
	if in := line(root, "run/systemd/container"); in != "" {
		return in
	}
	for file, in := range map[string]string{".dockerenv": "docker", "run/.containerenv": "podman"} {
		if _, err := fs.Stat(root, file); err == nil {
			return in
		}
	}
	environ, _ := fs.ReadFile(root, "proc/1/environ")
	for _, v := range strings.Split(string(environ), "\x00") {
		if in, ok := strings.CutPrefix(v, "container="); ok && in != "" {
			return in
		}
	}
	if line(root, "sys/hypervisor/type") == "xen" {
		return "xen"
	}
	for _, file := range []string{"product_name", "sys_vendor", "board_vendor", "bios_vendor"} {
		said := line(root, "sys/class/dmi/id/"+file)
		for _, v := range vendors() {
			if strings.HasPrefix(said, v.begins) {
				return v.in
			}
		}
	}
	cpu, _ := fs.ReadFile(root, "proc/cpuinfo")
	if strings.Contains(string(cpu), " hypervisor") {
		return "vm-other"
	}
	return "none"
}

// vendors are how systemd tells machines from what their firmware says.
func vendors() []struct{ begins, in string } {
	return []struct{ begins, in string }{
		{"KVM", "kvm"}, {"OpenStack", "kvm"}, {"KubeVirt", "kvm"}, {"Amazon EC2", "amazon"}, {"QEMU", "qemu"}, {"VMware", "vmware"}, {"VMW", "vmware"},
		{"innotek GmbH", "oracle"}, {"VirtualBox", "oracle"}, {"Xen", "xen"}, {"Bochs", "bochs"}, {"Parallels", "parallels"}, {"BHYVE", "bhyve"},
		{"Hyper-V", "microsoft"}, {"Virtual Machine", "microsoft"}, {"Apple Virtualization", "apple"}, {"Google Compute Engine", "google"},
	}
}
