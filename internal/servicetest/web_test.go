//nolint:thelper // these are parts of tests
package servicetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

func webTrials() []trial {
	return []trial{{
		name:  "Varnish caches a page",
		hosts: []string{"cache"},
		prepare: func(t *testing.T, hosts []*hosttest.Host) {
			hosts[0].Write(t, "/srv/www/index.html", "first", 0o644)
			hosts[0].Run(t, "systemd-run", "--quiet", "--unit=origin", "python3", "-m", "http.server", "--directory", "/srv/www", "8000")
		},
		deploy: []string{"//Varnish//get_website", "--hosts", "backends=", "--hosts", "servers=1", "--set", "//servers/address=127.0.0.1", "--set", "//servers/port=8000", "--set", "//conf/port=8080"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			h := hosts[0]
			has(t, h.Run(t, "curl", "-sSf", "--retry", "5", "--retry-all-errors", "http://localhost:8080/"), "first")
			h.Write(t, "/srv/www/index.html", "second", 0o644)
			has(t, h.Run(t, "curl", "-sSf", "http://localhost:8080/"), "first")
			h.Write(t, "/srv/www/index.html", "first", 0o644)
		},
		units: []string{"varnish"},
	}, {
		name:  "a site has a certificate of a private authority",
		hosts: []string{"web", "authority"},
		deploy: []string{"//Nginx//add_site", "--hosts", "certificate=1", "--hosts", "authority=authority", "--choose", "//get_certificate=Certificates/Installed/get_certificate",
			"--set", "//site/name=shop", "--set", "//site/domains=shop.example.org"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			web, authority := hosts[0], hosts[1]
			web.Write(t, "/run/ca.pem", authority.Run(t, "cat", "/etc/ssl/armonic-authority/ca.pem"), 0o644)
			web.Write(t, "/var/www/html/index.html", "a shop", 0o644)
			page := func() string {
				return web.Run(t, "curl", "-sSf", "--cacert", "/run/ca.pem", "--resolve", "shop.example.org:443:127.0.0.1", "https://shop.example.org/")
			}
			has(t, page(), "a shop")
			was := served(t, web, "shop.example.org")
			web.Run(t, "rm", "/etc/ssl/armonic/shop.example.org/certificate.pem") // as if it were about to end
			web.Run(t, "systemctl", "start", "certificate-shop_example_org.service")
			for end := time.Now().Add(time.Minute); served(t, web, "shop.example.org") == was; time.Sleep(200 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("nginx serves the old certificate")
				}
			}
			has(t, page(), "a shop")
			web.Run(t, "rm", "/var/www/html/index.html")
		},
		units: []string{"nginx"},
		kept:  []string{"/var/log/nginx", "/var/lib/nginx"},
	}, {
		name:    "a site has a certificate of an ACME server",
		hosts:   []string{"public", "acme"},
		prepare: startPebble,
		deploy: []string{"//Nginx//add_site", "--hosts", "certificate=1", "--choose", "//get_certificate=Certificates/Acme/get_certificate",
			"--set", "//Certificates//conf/server=https://acme:14000/dir", "--set", "//site/name=shop", "--set", "//site/domains=shop.example.org"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			h := hosts[0]
			was := served(t, h, "shop.example.org")
			has(t, was, "Pebble Intermediate CA")
			h.Run(t, "certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
			if now := served(t, h, "shop.example.org"); now == was {
				t.Errorf("nginx serves the old certificate:\n%s", now)
			}
		},
		units: []string{"nginx"},
		kept:  []string{"/var/log/nginx", "/var/lib/nginx", "/var/log/letsencrypt", "/var/lib/letsencrypt"},
	}, {
		name:  "ports that other processes have",
		hosts: []string{"taken"},
		instead: func(t *testing.T, f *hostfleet.Fleet, h *hosttest.Host) {
			tryTaken(t, f, h)
			tryMoved(t, f, h)
		},
	}}
}

// tryTaken has a site served on a host where another process has the port: who has it is named,
// and when that is gone, the deployment goes on.
func tryTaken(t *testing.T, f *hostfleet.Fleet, h *hosttest.Host) {
	h.Run(t, "systemd-run", "--quiet", "--unit=squatter", "python3", "-m", "http.server", "80")
	out, code := f.Try(t, "deploy", "//Nginx//add_site", "--on", h.Name, "--name", "taken", "--set", "//site/name=pages", "--autofill", "--yes")
	if code == 0 {
		t.Errorf("it says that the site is served:\n%s", out)
	}
	has(t, out, "squatter.service has port 80")
	h.Run(t, "systemctl", "stop", "squatter")
	f.Command(t, "deploy", "--resume", "taken", "--yes")
	h.Write(t, "/var/www/html/index.html", "pages", 0o644)
	has(t, h.Run(t, "curl", "-sSf", "http://localhost/"), "pages")
}

// served is the certificate that a host serves for a domain: who issued it, and its number.
func served(t *testing.T, h *hosttest.Host, domain string) string {
	t.Helper()
	return h.Run(t, "sh", "-c", `openssl s_client -connect localhost:443 -servername "$0" </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial`, domain)
}

// pebbleConfig is that of the ACME server.
const pebbleConfig = `{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "127.0.0.1:15000",
"certificate": "/srv/pebble/cert.pem", "privateKey": "/srv/pebble/key.pem", "httpPort": 80, "tlsPort": 443}}
`

// startPebble has an ACME server run on the second host, which the first one trusts.
func startPebble(t *testing.T, hosts []*hosttest.Host) {
	t.Helper()
	public, acme := hosts[0], hosts[1]
	program := filepath.Join(t.TempDir(), "pebble")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-modfile=../../tools/go.mod", "-o", program, "github.com/letsencrypt/pebble/v2/cmd/pebble")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	acme.Copy(t, program, "/srv/pebble/pebble", 0o755)
	acme.Write(t, "/srv/pebble/config.json", pebbleConfig, 0o644)
	acme.Run(t, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=acme", "-addext", "subjectAltName=DNS:acme",
		"-keyout", "/srv/pebble/key.pem", "-out", "/srv/pebble/cert.pem")
	acme.Run(t, "sh", "-c", "echo \"$0 shop.example.org\" >>/etc/hosts", public.Address)
	acme.Run(t, "systemd-run", "--quiet", "--unit=pebble", "--setenv=PEBBLE_VA_NOSLEEP=1", "--setenv=PEBBLE_WFE_NONCEREJECT=0", "/srv/pebble/pebble", "-config", "/srv/pebble/config.json")
	acme.Run(t, "curl", "-sSf", "--retry", "20", "--retry-connrefused", "--cacert", "/srv/pebble/cert.pem", "https://acme:14000/dir")
	public.Write(t, "/usr/local/share/ca-certificates/pebble.crt", strings.TrimSpace(acme.Run(t, "cat", "/srv/pebble/cert.pem"))+"\n", 0o644)
	public.Run(t, "update-ca-certificates")
}
