package servicetest_test

import (
	"fmt"
	"testing"

	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

// tryMoved has services that run on a host, where nginx serves pages, take a port that another process has.
func tryMoved(t *testing.T, f *hostfleet.Fleet, h *hosttest.Host) {
	t.Helper()
	named := func(squatter string, port int) string { return fmt.Sprintf("%s.service has port %d", squatter, port) }
	refused := func(_ string, port int) string {
		return fmt.Sprintf("Could not get socket :%d: Address already in use", port)
	}
	front := []string{"--hosts", "backends=", "--hosts", "servers=1", "--set", "//servers/address=127.0.0.1", "--set", "//servers/port=80"}
	for i, x := range []struct {
		lifecycle, provide, unit string
		says                     func(squatter string, port int) string
		more                     []string
	}{
		{"Haproxy", "start", "haproxy", named, front},
		{"Varnish", "get_website", "varnish", refused, front}, // it listens as soon as it is started, or ends
		{"Nginx", "add_site", "nginx", named, []string{"--set", "//site/name=pages"}},
	} {
		was, is := 8100+10*i, 8101+10*i
		said := func(name string, port int) []string {
			return append([]string{"deploy", "//" + x.lifecycle + "//" + x.provide, "--on", h.Name, "--name", name, "--autofill", "--yes",
				"--set", fmt.Sprintf("//%s//conf/port=%d", x.lifecycle, port)}, x.more...)
		}
		page := func(port int) {
			t.Helper()
			has(t, h.Run(t, "curl", "-sSf", fmt.Sprintf("http://localhost:%d/", port)), "pages")
		}
		f.Command(t, said(x.unit+"-is", was)...)
		page(was)
		squatter := fmt.Sprintf("squatter-of-%s", x.unit)
		h.Run(t, "systemd-run", "--quiet", "--unit="+squatter, "python3", "-m", "http.server", fmt.Sprint(is))
		h.Run(t, "curl", "-sSf", "-o", "/dev/null", "--retry", "20", "--retry-connrefused", fmt.Sprintf("http://localhost:%d/", is))
		out, code := f.Try(t, said(x.unit+"-moves", is)...)
		if code == 0 {
			t.Errorf("%s has a port that another process has:\n%s", x.unit, out)
		}
		has(t, out, x.says(squatter, is))
		h.Run(t, "systemctl", "stop", squatter)
		f.Command(t, "deploy", "--resume", x.unit+"-moves", "--yes")
		page(is)
	}
}
