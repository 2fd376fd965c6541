package op_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
)

// A configuration is validated before it is there, and nobody sees it.
func TestValidationOnAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "apt-get install -y -q nginx haproxy; systemctl stop nginx; rm -f /run/nginx.pid /var/log/nginx/*")
	traces := func() string {
		return sh(t, `find /etc /run /var/log/nginx /var/lib/nginx /tmp -not -path '/run/systemd/*' -not -path '/run/log/*' -not -path '/tmp/Test*' -printf '%p %y %m %U:%G %s %l\n' | sort; mount`)
	}
	nginx, path := "nginx\n-t", "/etc/nginx/conf.d/x.conf"
	before := traces()
	fails(t, v, "file", op.Arguments{"path": path, "content": "nonsense;\n", "validate": nginx}, "nginx refuses it", `unknown directive "nonsense"`, path)
	fails(t, v, "file", op.Arguments{"path": "/etc/nginx/new/deep/x.conf", "content": "x", "validate": "test\n!\n-e\n/etc/nginx/new/deep/x.conf"}, "test refuses it")
	fails(t, v, "absent", op.Arguments{"path": "/etc/nginx/mime.types", "validate": nginx}, "nginx refuses it", "mime.types")
	fails(t, v, "line", op.Arguments{"path": "/etc/nginx/nginx.conf", "text": "nonsense", "validate": nginx}, "nginx refuses it")
	fails(t, v, "link", op.Arguments{"path": "/etc/nginx/sites-enabled/x", "target": "/nowhere", "validate": nginx}, "nginx refuses it", "sites-enabled/x")
	fails(t, v, "block", op.Arguments{"path": "/etc/haproxy/haproxy.cfg", "text": "nonsense", "validate": "haproxy\n-c\n-f\n/etc/haproxy/haproxy.cfg"}, "haproxy refuses it", "nonsense")
	fails(t, v, "file", op.Arguments{"path": "/opt/x", "content": "y\n", "mode": "0640", "owner": "www-data",
		"validate": "sh\n-c\ntest -e /opt/x || exit 0; stat -c '%U %a' /opt/x; cat /opt/x; exit 1"}, "sh refuses it: www-data 640 | y")
	if after := traces(); after != before {
		t.Errorf("validation left a trace: %s", difference(before, after))
	}

	good := do(t, v, "file", op.Arguments{"path": path, "content": "server_tokens off;\n", "validate": nginx})
	if already := check(t, op.Arguments{"path": path, "content": "server_tokens on;\n", "validate": nginx}, "file"); already != "" {
		t.Errorf("it is broken already: %s", already)
	}
	good()

	must(t, os.WriteFile(path, []byte("\nnonsense;\n"), 0o644))
	for _, c := range []struct{ op, path, content, want string }{
		{"file", path, "server_tokens off;\n", ""},                             // the repair
		{"file", "/etc/nginx/conf.d/z.conf", "server_tokens off;\n", "x.conf"}, // something else meanwhile
		{"file", "/etc/nginx/conf.d/a.conf", "rubbish;\n", "nginx refuses it"}, // one more error
		{"absent", path, "", ""},
	} {
		already := check(t, op.Arguments{"path": c.path, "content": c.content, "validate": nginx}, c.op)
		if c.want == "" && already != "" || !strings.Contains(already, c.want) {
			t.Errorf("broken already, %s %s: %s, want %s", c.op, c.path, already, c.want)
		}
	}
}

// check gives what is said of a validation, or its error.
func check(t *testing.T, args op.Arguments, name string) string {
	t.Helper()
	v := inside(t)
	text, _, changes := plan(name, args, v)
	if changes == nil {
		t.Fatalf("%s %v: %s", name, args, text)
	}
	already, err := op.Check(t.Context(), v, changes...)
	if err != nil {
		return err.Error()
	}
	return already
}
