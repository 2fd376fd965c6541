package probe

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
)

func TestListeners(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		got, err := Listeners(port)
		if err != nil || len(got) != 1 || got[0].PID != os.Getpid() || got[0].Name == "" {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
		l.Close()
		if got, err := Listeners(port); err != nil || len(got) != 0 {
			t.Errorf("nobody listens any more, and there is %+v, %v", got, err)
		}
	}
}

// A server that could not have the port for IPv4 may have it for IPv6, and the other way.
func TestTheNearestSocketTakesConnections(t *testing.T) {
	const none = "00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 "
	v6 := "00000000000000000000000000000000:0050 " + strings.Repeat("0", 24) + none
	for _, c := range []struct {
		tables []string
		want   string
	}{
		{[]string{"0: 00000000:0050 " + none + "11 1\n", "0: " + v6 + "12 1\n"}, "[{11 2}] [{12 3}]"},
		{[]string{"0: 00000000:0050 " + none + "11 1\n1: 0100007F:0050 " + none + "13 1\n"}, "[{11 2} {13 0}]"},
		{[]string{"0: 00000000:0051 " + none + "11 1\n1: 0A00A8C0:0050 " + none + "13 1\n"}, "[]"},
	} {
		var got []string
		for _, table := range c.tables {
			got = append(got, fmt.Sprint(listening(table, 80)))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.tables, got, c.want)
		}
	}
}

func TestUnitOf(t *testing.T) {
	for text, want := range map[string]string{
		"0::/system.slice/nginx.service\n":                               "nginx.service",
		"0::/system.slice/system-postgresql.slice/pg@15-main.service\n":  "pg@15-main.service",
		"0::/user.slice/user-0.slice/session-3.scope\n":                  "session-3.scope",
		"0::/system.slice/docker.service/payload\n":                      "docker.service",
		"12:cpu:/\n1:name=systemd:/system.slice/ssh.service\n0::/init\n": "ssh.service",
		"0::/\n": "",
		"":       "",
	} {
		if got := unitOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestListenerOf(t *testing.T) {
	for _, c := range []struct {
		l       Listener
		service string
		want    bool
	}{
		{Listener{7, "nginx", "nginx.service"}, "nginx", true},
		{Listener{7, "nginx", "nginx.service"}, "nginx.service", true},
		{Listener{7, "postgres", "postgresql@15-main.service"}, "postgresql", true},
		{Listener{7, "postgres", "postgresql@15-main.service"}, "postgresql@15-main", true},
		{Listener{1, "systemd", "init.scope"}, "ssh", true},
		{Listener{7, "python3", "squatter.service"}, "nginx", false},
		{Listener{7, "nginx", ""}, "nginx", false},
	} {
		if got := c.l.Of(c.service); got != c.want {
			t.Errorf("%+v of %s: %v", c.l, c.service, got)
		}
	}
}
