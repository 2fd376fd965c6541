package op_test

import (
	"github.com/armonic/armonic/host/op"
)

func sysctlSamples() []sample {
	type objects = map[string]string
	forward := op.Arguments{"name": "net.ipv4.ip_forward", "value": "1"}
	return []sample{
		{op: "sysctl", args: forward, objects: objects{"sysctl net.ipv4.ip_forward": "0"},
			want: "~ sysctl net.ipv4.ip_forward (1, was 0)\n+ /etc/sysctl.d (directory, 0755 ME)\n+ /etc/sysctl.d/90-net.ipv4.ip_forward.conf (0644 ME)",
			diff: "@@ -0,0 +1 @@\n+net.ipv4.ip_forward = 1\n"},
		{op: "sysctl", args: forward, objects: objects{"sysctl net.ipv4.ip_forward": "1"}, files: map[string]string{"/etc/sysctl.d": "/", "/etc/sysctl.d/90-net.ipv4.ip_forward.conf": "net.ipv4.ip_forward = 1\n"}},
		{op: "sysctl", args: op.Arguments{"name": "net.ipv4.conf.eth0/7.rp_filter", "value": "2"}, objects: objects{},
			want: "~ sysctl net.ipv4.conf.eth0/7.rp_filter (2, was unknown)\n+ /etc/sysctl.d (directory, 0755 ME)\n+ /etc/sysctl.d/90-net.ipv4.conf.eth0-7.rp_filter.conf (0644 ME)",
			diff: "@@ -0,0 +1 @@\n+net.ipv4.conf.eth0/7.rp_filter = 2\n"},
		{op: "sysctl", args: op.Arguments{"name": "net.ipv4.tcp_rmem", "value": "4096  131072\t6291456"}, objects: objects{"sysctl net.ipv4.tcp_rmem": "4096 131072 6291456"},
			files: map[string]string{"/etc/sysctl.d": "/", "/etc/sysctl.d/90-net.ipv4.tcp_rmem.conf": "net.ipv4.tcp_rmem = 4096 131072 6291456\n"}},
		{op: "sysctl", args: op.Arguments{"name": "net/ipv4/ip_forward", "value": "1"}, objects: objects{}, want: `"net/ipv4/ip_forward" is no setting`},
		{op: "sysctl", args: op.Arguments{"name": "net...x", "value": "1"}, objects: objects{}, want: `"net...x" is no setting`},
		{op: "sysctl", args: op.Arguments{"name": "net.//.x", "value": "1"}, objects: objects{}, want: `"net.//.x" is no setting`},
		{op: "sysctl", args: op.Arguments{"name": "net.x", "value": " "}, objects: objects{}, want: "is no value"},
	}
}
