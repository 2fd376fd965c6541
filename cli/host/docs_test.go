package host_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// hostCommands are those of the blocks in a page that need a machine of their own, line by line.
func hostCommands(t *testing.T, page string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)\n```sh as=(?:root|hosts)\n(.*?)\n```").FindAllStringSubmatch(string(text), -1) {
		if strings.TrimSpace(m[1]) != strings.TrimSpace(quickstart(t)) { // which has a test of its own
			out = append(out, strings.Split(m[1], "\n")...)
		}
	}
	return out
}

// TestCommandsOfDocumentsOnHosts runs what the pages say to do as root, and on hosts, in the order of the
// pages: on a server and two bare hosts. What somebody does in between is said here.
func TestCommandsOfDocumentsOnHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("it installs a server")
	}
	server, hosts := fresh(t, "root", "web1", "web2")
	const afresh = "systemctl disable --now armonic-prosody 2>/dev/null || true; rm -rf /srv/armonic-xmpp /etc/systemd/system/armonic-prosody.service ~/.config/armonic; systemctl daemon-reload\n"
	before := map[string]string{
		"armonic server init --domain armonic.example.com --out /srv/armonic-xmpp": afresh,
		"armonic server init --install --domain armonic.example.com --websocket":   afresh,
		"armonic host add root@web1 root@web2":                                     "systemctl restart armonic-prosody\narmonic server check\n",
		"armonic host add --file hosts --dry-run":                                  "echo root@web1 > hosts\n",
		"armonic agent upgrade -J 'web*' --serial 5":                               "armonic host add root@web1 root@web2\n",
	}
	says := map[string]string{
		"apt-get install -y prosody":                                                       `Setting up prosody `,
		"systemctl disable --now prosody":                                                  ``,
		"armonic server init --install --domain armonic.example.com":                       `Prosody for armonic.example.com runs`,
		"armonic server init --domain armonic.example.com --out /srv/armonic-xmpp":         `Prosody for armonic.example.com is ready in /srv/armonic-xmpp`,
		"armonic server init --install --domain armonic.example.com --websocket":           `Prosody for armonic.example.com runs`,
		"armonic server init --domain armonic.example.com --out /srv/armonic-xmpp --renew": `valid until `,
		"armonic host add root@web1 root@web2":                                             `(?s)is in the fleet.*is in the fleet`,
		"armonic host add --file hosts --dry-run":                                          `(?m)^web1  is as it shall be$`,
		"armonic host invite web7 --from http://192.0.2.10/armonic":                        `http://192.0.2.10/armonic .* armonic host join \S+`,
		"armonic agent key":                          `(?m)^\S{40,}$`,
		"armonic agent upgrade -J 'web*' --serial 5": `(?s)runs this program already.*runs this program already`,
	}
	for _, page := range []string{"quickstart.md", "operations.md"} {
		for _, line := range hostCommands(t, "../../docs/"+page) {
			want, known := says[line]
			if !known {
				t.Errorf("%s: what does %s say?", page, line)
			}
			run(t, server, "root", before[line])
			if out := run(t, server, "root", line); !regexp.MustCompile(want).MatchString(out) {
				t.Errorf("%s: %s does not say %q", page, line, want)
			}
			delete(says, line)
		}
	}
	if len(says) > 0 {
		t.Errorf("no page has %q", says)
	}
	onPages(t)
	if out := run(t, server, "root", "armonic list"); len(regexp.MustCompile(`(?m)^web\d +on `).FindAllString(out, -1)) != len(hosts) {
		t.Error("the hosts are not in the fleet")
	}
}

// onPages reports commands for hosts in pages that are not run here.
func onPages(t *testing.T) {
	t.Helper()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := filepath.Base(page); name != "quickstart.md" && name != "operations.md" && len(hostCommands(t, page)) > 0 {
			t.Errorf("nothing runs the commands for hosts of %s", name)
		}
	}
}
