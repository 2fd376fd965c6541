package enrol_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/enrol"
)

func TestTargets(t *testing.T) {
	for _, tt := range []struct{ args, file, want string }{
		{args: "root@web1 web2", want: "web1:root@web1 web2:web2"},
		{args: "admin@Web1.example.org", want: "web1.example.org:admin@Web1.example.org"},
		{args: "root@192.0.2.7", want: ":root@192.0.2.7"},
		{args: "db1=root@192.0.2.7", want: "db1:root@192.0.2.7"},
		{args: "ssh://root@web1:2222", want: "web1:ssh://root@web1:2222"},
		{args: "root@[::1]", want: ":root@[::1]"},
		{args: "root@web1 root@web1", want: "web1:root@web1"},
		{file: "# ours\nroot@web1\n\nweb2 web3 # new\n", want: "web1:root@web1 web2:web2 web3:web3"},
		{args: "", want: "error: no host is named"},
		{args: "-oProxyCommand=x", want: "error: "},
		{args: "x=-oProxyCommand=x", want: "error: "},
		{args: "root@", want: "error: "},
		{args: "=root@web1", want: "error: "},
		{args: "a*b=root@web1", want: "error: "},
		{args: "root@web1 admin@web1", want: "error: root@web1 and admin@web1 would both be called web1"},
	} {
		got := ""
		all, err := enrol.ParseTargets(strings.Fields(tt.args), tt.file)
		for _, x := range all {
			got += " " + string(x.Name) + ":" + x.SSH
		}
		if err != nil {
			got = " error: " + err.Error()
		}
		if got = strings.TrimPrefix(got, " "); got != tt.want && (err == nil || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%q %q: %s, want %s", tt.args, tt.file, got, tt.want)
		}
	}
}
