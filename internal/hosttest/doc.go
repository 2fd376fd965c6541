// Package hosttest gives tests real Debian hosts: systemd as PID 1, apt with a small
// repository, sshd, D-Bus, a firewall; each with its own disk, processes, name, address
// and power switch. They are made of kernel namespaces on the machine that the tests run
// on, by the script testhosts beside this file. A host starts in about a second.
//
// What changes a host is best tested on one:
//
//	func TestUsersAreMade(t *testing.T) {
//		if !hosttest.Inside(t) {
//			return
//		}
//		// From here on this is root, in a unit of systemd, on a fresh host.
//	}
//
// What needs several hosts, or a host that fails, stays outside and uses Up:
//
//	h := hosttest.Up(t, "web1", "db1")
//	h[0].Run(t, "apt-get", "install", "-y", "nginx")
//	h[1].Kill(t)
//
// A test that cannot have hosts is skipped; in CI it fails (see package need). Hosts are
// made for one test and are gone when it ends. Each call of Up has its own network, so
// tests and packages may run at the same time. Should a test binary be killed, a process
// that waits for its end takes its hosts down.
//
// The first use on a machine fetches the packages and makes the base of all disks, in a
// minute or more; both stay in /var/cache/armonic-testhosts (TESTHOSTS_CACHE), and nothing
// needs the network after that. Which packages a host can install is in the script;
// TESTHOSTS_PACKAGES replaces that list. Hosts have Debian 12, or with TESTHOSTS_SUITE=trixie
// Debian 13.
//
// Where such a host is not like a real one:
//   - The kernel is the machine's: no modules, no sysctl but net., the clock cannot be set.
//     MemoryMax, TasksMax and CPUQuota may have no effect.
//   - No host has a route beyond its network, and there is no DNS. Hosts know one another by
//     /etc/hosts; the machine reaches them by address.
//   - It is Debian's minbase: no cron, rsyslog, sudo, manual pages or libpam-systemd. Packages
//     that are only recommended are not there. The timers of apt are masked, and generators
//     of units but those for /etc/fstab and /etc/init.d.
//   - dpkg does not wait for the disk, and a power cut loses nothing that was written.
//   - A command that Run starts is in no unit, and its processes cannot be moved to a scope;
//     RunUnit, RunTest and Inside start units.
//   - Root on a host is nearly root on the machine. Run only what you trust there.
//
// The package starts no goroutine and installs nothing on the machine; it raises one setting of
// its kernel, fs.inotify.max_user_instances, which all hosts share. Only tests import it.
package hosttest
