package facts_test

import (
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host/facts"
)

func files(in map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range in {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestVirtualization(t *testing.T) {
	for _, c := range []struct {
		want string
		in   map[string]string
	}{
		{"none", nil},
		{"none", map[string]string{"sys/class/dmi/id/sys_vendor": "Dell Inc.\n", "proc/cpuinfo": "flags : fpu vme\n"}},
		{"kvm", map[string]string{"sys/class/dmi/id/product_name": "KVM Virtual Machine\n"}},
		{"oracle", map[string]string{"sys/class/dmi/id/product_name": "VirtualBox\n"}},
		{"vm-other", map[string]string{"proc/cpuinfo": "flags : fpu hypervisor\n"}},
		{"lxc", map[string]string{"proc/1/environ": "A=b\x00container=lxc\x00", "sys/class/dmi/id/product_name": "KVM"}},
		{"docker", map[string]string{".dockerenv": ""}},
		{"systemd-nspawn", map[string]string{"run/systemd/container": "systemd-nspawn\n"}},
		{"xen", map[string]string{"sys/hypervisor/type": "xen\n"}},
	} {
		if got := facts.Virtualization(files(c.in)); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFQDN(t *testing.T) {
	hosts := files(map[string]string{"etc/hosts": "127.0.0.1 localhost\n127.0.1.1 web1.example.org web1 # us\n10.0.0.2 other.example.org other\n"})
	for name, want := range map[string]string{"web1": "web1.example.org", "web2": "web2", "a.b": "a.b", "localhost": "localhost"} {
		if got := facts.FQDN(hosts, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestDisks(t *testing.T) {
	got := facts.Disks(files(map[string]string{"sys/block/sda/size": "2048\n", "sys/block/loop0/size": "8\n", "sys/block/sr0/size": "0\n", "sys/block/vdb/size": "x"}))
	if want := []facts.Disk{{Name: "sda", Size: 1 << 20}}; !cmp.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestThisHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is no Linux")
	}
	got := facts.Read(t.Context())
	if got.CPUs < 1 || got.Memory < 1<<20 || got.Kernel == "" || got.FQDN == "" || got.Virtualization == "" || got.Architecture == "" {
		t.Errorf("%+v", got)
	}
}
