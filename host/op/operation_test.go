package op_test

import (
	"context"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// sample is one use of an operation on a host on which files are, below a directory that
// stands for DIR: a text is a file, "-> x" a link, "/" a directory.
type sample struct {
	op    string
	args  op.Arguments
	files map[string]string
	want  string // the changes, one a line; or the error
	diff  string

	objects map[string]string // what is known of services, users and groups; then only simulated hosts are tried
}

func samples() []sample {
	return append(append(systemSamples(), slices.Concat(databaseSamples(), sysctlSamples(), authorizedKeySamples(), startedSamples(), archiveSamples())...), []sample{
		{op: "file", args: op.Arguments{"path": "DIR/motd", "content": "hello\n"}, want: "+ DIR/motd (0644 ME)", diff: "@@ -0,0 +1 @@\n+hello\n"},
		{op: "file", args: op.Arguments{"path": "DIR/a/b/c", "content": "x", "mode": "0600"},
			want: "+ DIR/a (directory, 0755 ME)\n+ DIR/a/b (directory, 0755 ME)\n+ DIR/a/b/c (0600 ME)"},
		{op: "file", args: op.Arguments{"path": "DIR/motd", "content": "hello\n"}, files: map[string]string{"motd": "hello\n"}},
		{op: "file", args: op.Arguments{"path": "DIR/motd", "content": "a\nB\nc\n"}, files: map[string]string{"motd": "a\nb\nc\n"},
			want: "~ DIR/motd", diff: "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
		{op: "file", args: op.Arguments{"path": "DIR/motd", "content": "x", "mode": "4711"}, files: map[string]string{"motd": "x"}, want: "~ DIR/motd (4711 ME, was 0644 ME)"},
		{op: "file", args: op.Arguments{"path": "DIR/bin", "content": "\x00\xff"}, want: "+ DIR/bin (0644 ME)"},
		{op: "file", args: op.Arguments{"path": "DIR/l", "content": "x"}, files: map[string]string{"l": "-> motd"}, want: "DIR/l is a link to motd"},
		{op: "file", args: op.Arguments{"path": "DIR/d", "content": "x"}, files: map[string]string{"d": "/"}, want: "DIR/d is a directory, not a file"},
		{op: "file", args: op.Arguments{"path": "DIR/f/x", "content": "x"}, files: map[string]string{"f": "x"}, want: "no directory"},
		{op: "line", args: op.Arguments{"path": "DIR/conf", "text": "port 1"}, want: "+ DIR/conf (0644 ME)", diff: "@@ -0,0 +1 @@\n+port 1\n"},
		{op: "line", args: op.Arguments{"path": "DIR/conf", "text": "port 1", "match": "port .*"}, files: map[string]string{"conf": "# x\r\nport 2\r\nend"},
			want: "~ DIR/conf", diff: "@@ -1,3 +1,3 @@\n # x\r\n-port 2\r\n+port 1\r\n end\n\\ No newline at end of file\n"},
		{op: "line", args: op.Arguments{"path": "DIR/conf", "text": "b"}, files: map[string]string{"conf": "a"},
			want: "~ DIR/conf", diff: "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"},
		{op: "line", args: op.Arguments{"path": "DIR/conf", "text": "b"}, files: map[string]string{"conf": "a\nb\n"}},
		{op: "line", args: op.Arguments{"path": "DIR/conf", "text": "x 3", "match": "x .*"}, files: map[string]string{"conf": "x 1\nx 2\n"}, want: "DIR/conf has several lines that could be meant: 1 and 2"},
		{op: "block", args: op.Arguments{"path": "DIR/conf", "text": "b"}, files: map[string]string{"conf": "a"},
			want: "~ DIR/conf", diff: "@@ -1 +1,4 @@\n-a\n\\ No newline at end of file\n+a\n+# BEGIN armonic\n+b\n+# END armonic\n"},
		{op: "block", args: op.Arguments{"path": "DIR/conf", "text": "c\n", "name": "x", "comment": ";"}, files: map[string]string{"conf": "; BEGIN x\nb\n; END x\na\n"},
			want: "~ DIR/conf", diff: "@@ -1,4 +1,4 @@\n ; BEGIN x\n-b\n+c\n ; END x\n a\n"},
		{op: "block", args: op.Arguments{"path": "DIR/conf", "text": "c"}, files: map[string]string{"conf": "# END armonic\n# BEGIN armonic\n"}, want: "once each, in this order"},
		{op: "ini", args: op.Arguments{"path": "DIR/my.cnf", "section": "mysqld", "key": "port", "value": "3307"},
			files: map[string]string{"my.cnf": "# x\n[client]\nport = 1\n[mysqld]\nskip-networking\n# port = 2\nport\t = 3306\r\n!includedir /etc/mysql/conf.d/\n"},
			want:  "~ DIR/my.cnf", diff: "@@ -4,5 +4,5 @@\n [mysqld]\n skip-networking\n # port = 2\n-port\t = 3306\r\n+port\t = 3307\r\n !includedir /etc/mysql/conf.d/\n"},
		{op: "ini", args: op.Arguments{"path": "DIR/x.ini", "section": "a", "key": "new", "value": "1"}, files: map[string]string{"x.ini": "[a]\nk=v\n\n[b]\nnew=2\n"},
			want: "~ DIR/x.ini", diff: "@@ -1,5 +1,6 @@\n [a]\n k=v\n+new=1\n \n [b]\n new=2\n"},
		{op: "ini", args: op.Arguments{"path": "DIR/x.ini", "section": "c", "key": "k", "value": "1"}, files: map[string]string{"x.ini": "; none\n[b]"},
			want: "~ DIR/x.ini", diff: "@@ -1,2 +1,5 @@\n ; none\n-[b]\n\\ No newline at end of file\n+[b]\n+\n+[c]\n+k = 1\n"},
		{op: "ini", args: op.Arguments{"path": "DIR/x.ini", "section": "", "key": "k", "value": "1"}, files: map[string]string{"x.ini": "k = 1\n[b]\nk = 2\n"}},
		{op: "ini", args: op.Arguments{"path": "DIR/x.ini", "section": "m", "key": "skip", "value": "1"}, files: map[string]string{"x.ini": "[m]\nskip\nskipped = 2\n"},
			want: "~ DIR/x.ini", diff: "@@ -1,3 +1,3 @@\n [m]\n-skip\n+skip = 1\n skipped = 2\n"},
		{op: "ini", args: op.Arguments{"path": "DIR/x.service", "section": "Service", "key": "Exec", "value": "1"}, files: map[string]string{"x.service": "[Service]\nExec=a\nExec=b\n"}, want: "several times in [Service]: in the lines 2 and 3"},
		{op: "augeas", args: op.Arguments{"path": "/etc/x", "lens": "Shellvars.lns", "set": "A\n2\nB\n3"}, objects: map[string]string{}, files: map[string]string{"/etc/x": "A = 1\nC = 3\n"},
			want: "~ /etc/x", diff: "@@ -1,2 +1,3 @@\n-A = 1\n+A = 2\n C = 3\n+B = 3\n"},
		{op: "augeas", args: op.Arguments{"path": "/etc/x", "lens": "Shellvars.lns", "set": "A\n1"}, objects: map[string]string{}, files: map[string]string{"/etc/x": "A = 1\n"}},
		{op: "directory", args: op.Arguments{"path": "DIR/d", "mode": "1777"}, want: "+ DIR/d (directory, 1777 ME)"},
		{op: "directory", args: op.Arguments{"path": "DIR/d", "mode": "0700"}, files: map[string]string{"d": "/", "d/x": "y"}, want: "~ DIR/d (directory, 0700 ME, was directory, 0755 ME)"},
		{op: "directory", args: op.Arguments{"path": "DIR/d"}, files: map[string]string{"d": "x"}, want: "DIR/d is a file, not a directory"},
		{op: "link", args: op.Arguments{"path": "DIR/l", "target": "/etc/x"}, want: "+ DIR/l (link to /etc/x)"},
		{op: "link", args: op.Arguments{"path": "DIR/l", "target": "b"}, files: map[string]string{"l": "-> a"}, want: "~ DIR/l (link to b, was link to a)"},
		{op: "link", args: op.Arguments{"path": "DIR/l", "target": "b"}, files: map[string]string{"l": "x"}, want: "DIR/l is a file, not a link"},
		{op: "absent", args: op.Arguments{"path": "DIR/x"}},
		{op: "absent", args: op.Arguments{"path": "DIR/x"}, files: map[string]string{"x": "-> gone"}, want: "- DIR/x (link)"},
		{op: "absent", args: op.Arguments{"path": "DIR/x"}, files: map[string]string{"x": "/"}, want: "- DIR/x (directory)"},
		{op: "absent", args: op.Arguments{"path": "DIR/x"}, files: map[string]string{"x": "/", "x/y": "z"}, want: "the directory DIR/x is not empty: it has DIR/x/y"},
		{op: "packages", args: op.Arguments{"names": "nginx\nchrony=4.3-2"}, want: "+ package chrony (4.3-2, manual)\n+ package nginx (1.0-1, manual)"},
		{op: "packages", args: op.Arguments{"names": "nginx", "start": "False"}, want: "+ package nginx (1.0-1, manual, not started)"},
		{op: "packages", args: op.Arguments{"names": "nginx"}, files: map[string]string{"package nginx": "0.9, manual"}},
		{op: "packages", args: op.Arguments{"names": "nginx"}, files: map[string]string{"package nginx": "0.9, automatic"},
			want: "~ package nginx (0.9, manual, was 0.9, automatic)"},
		{op: "packages", args: op.Arguments{"names": "nginx"}, files: map[string]string{"package nginx": "configuration only"},
			want: "~ package nginx (1.0-1, manual, was configuration only)"},
		{op: "packages", args: op.Arguments{"names": "nginx"}, files: map[string]string{"package nginx": "half-installed: unpacked"},
			want: "~ package nginx (1.0-1, manual, was half-installed: unpacked); it cannot be taken back: it was half installed"},
		{op: "packages", args: op.Arguments{"names": "nginx", "present": "False"}, files: map[string]string{"package nginx": "0.9, manual"},
			want: "~ package nginx (configuration only, was 0.9, manual)"},
		{op: "packages", args: op.Arguments{"names": "nginx", "present": "False"}, files: map[string]string{"package nginx": "configuration only"}},
		{op: "packages", args: op.Arguments{"names": "nginx", "present": "False", "purge": "True"}, files: map[string]string{"package nginx": "0.9, manual"},
			want: "- package nginx (was 0.9, manual); it cannot be taken back: its configuration is gone then"},
		{op: "packages", args: op.Arguments{"names": "nginx", "present": "False", "purge": "True"}},
		{op: "repository", args: op.Arguments{"name": "shop", "uris": "https://example.org/debian", "suites": "bookworm", "components": "main", "key": "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx"},
			want: "+ /etc/apt (directory, 0755 root:root)\n+ /etc/apt/keyrings (directory, 0755 root:root)\n+ /etc/apt/keyrings/shop.asc (0644 root:root)\n" +
				"+ /etc/apt/sources.list.d (directory, 0755 root:root)\n+ /etc/apt/sources.list.d/shop.sources (0644 root:root)\n+ apt shop (list of packages, for 197ca296)",
			diff: "@@ -0,0 +1,2 @@\n+-----BEGIN PGP PUBLIC KEY BLOCK-----\n+x\n@@ -0,0 +1,5 @@\n+Types: deb\n+URIs: https://example.org/debian\n+Suites: bookworm\n" +
				"+Components: main\n+Signed-By: /etc/apt/keyrings/shop.asc\n"},
		{op: "repository", args: op.Arguments{"name": "shop", "uris": "https://example.org/debian/", "suites": "bookworm", "components": "main"},
			files: map[string]string{"/etc/apt": "/", "/etc/apt/sources.list": "deb [signed-by=/k.asc] https://example.org/debian bookworm main\n"},
			want:  "/etc/apt/sources.list has the source https://example.org/debian/ already, with the key /k.asc"},
		{op: "repository", args: op.Arguments{"name": "shop", "present": "False"}},
	}...)
}

// hosts are the views that each sample is tried on, each with the directory.
func hosts(t *testing.T) map[string]func() (view.View, string) {
	t.Helper()
	out := map[string]func() (view.View, string){
		"simulated": func() (view.View, string) { return view.NewMemory(), "/srv" },
		"overlay":   func() (view.View, string) { return view.NewOverlay(view.NewMemory()), "/srv" },
	}
	if runtime.GOOS == "linux" {
		out["real"] = func() (view.View, string) {
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			return view.Real{}, dir
		}
	}
	return out
}

// An operation changes what it said, on whichever host; then there is nothing to change,
// and what was there can be put back.
func TestOperations(t *testing.T) {
	tried := map[string]bool{}
	for _, s := range samples() {
		tried[s.op] = true
		for name, host := range hosts(t) {
			if name == "real" && (s.objects != nil || simulatedOnly(s.op)) {
				continue
			}
			v, dir := host()
			owner, group := v.Self()
			for key, content := range s.objects {
				put(t, v, key, view.Object{Kind: spec.KindOfKey(key), Content: content})
			}
			at := func(text string) string {
				return strings.NewReplacer("DIR", dir, "ME", owner+":"+group).Replace(text)
			}
			for _, f := range []bool{true, false} { // directories first
				for _, p := range slices.Sorted(maps.Keys(s.files)) {
					if text := s.files[p]; (text == "/") == f {
						putSample(t, v, dir, p, text)
					}
				}
			}
			args := op.Arguments{}
			for k, x := range s.args {
				args[k] = at(x)
			}
			got, diff, changes := plan(s.op, args, v)
			if want := at(s.want); got != want && (changes != nil || want == "" || !strings.Contains(got, want)) || diff != s.diff {
				t.Errorf("%s: %s %v on %v: got\n%s\n%swant\n%s\n%s", name, s.op, args, s.files, got, diff, want, s.diff)
			}
			over := view.NewOverlay(v)
			for i, c := range changes {
				apply(t, over, c)
				apply(t, v, c)
				foreseen, _ := over.Get(c.Key)
				if is, err := v.Get(c.Key); err != nil || is != foreseen || i == len(changes)-1 && is != view.Shown(c.After) {
					t.Errorf("%s: %s %v: is %+v, foreseen %+v, wanted %+v, error %v", name, s.op, args, is, foreseen, c.After, err)
				}
			}
			if changes == nil {
				continue
			}
			if again, _, _ := plan(s.op, args, v); again != "" {
				t.Errorf("%s: %s %v: the second time it changes\n%s", name, s.op, args, again)
			}
			for i := len(changes) - 1; i >= 0; i-- {
				put(t, v, changes[i].Key, changes[i].Before)
				if is, err := v.Get(changes[i].Key); err != nil || is != view.Shown(changes[i].Before) {
					t.Errorf("%s: %s %v: put back it is %+v, was %+v, error %v", name, s.op, args, is, changes[i].Before, err)
				}
			}
		}
	}
	for _, d := range op.All() {
		if !tried[d.Name] {
			t.Errorf("%s is not tried", d.Name)
		}
	}
}

// simulatedOnly reports whether an operation is not for the machine that tests run on.
func simulatedOnly(name string) bool {
	return name == "packages" || name == "repository" || name == "reboot"
}

// putSample puts a file below a directory, or a package.
func putSample(t *testing.T, v view.View, dir, key, text string) {
	t.Helper()
	if spec.KindOfKey(key) == view.Package {
		put(t, v, key, view.Object{Kind: view.Package, Content: text})
		return
	}
	if !strings.HasPrefix(key, "/") {
		key = filepath.Join(dir, key)
	}
	put(t, v, key, object(v, text))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, v view.View, key string, o view.Object) {
	t.Helper()
	_, err := v.Put(t.Context(), view.Named{Key: key, Object: o})
	must(t, err)
}

func apply(t *testing.T, v view.View, c op.Change) {
	t.Helper()
	_, err := op.Apply(t.Context(), v, c)
	must(t, err)
}

func object(v view.View, text string) view.Object {
	owner, group := v.Self()
	o := view.Object{Kind: view.File, Mode: 0o644, Owner: owner, Group: group, Content: text}
	if text == "/" {
		o.Kind, o.Mode, o.Content = view.Directory, 0o755, ""
	} else if target, ok := strings.CutPrefix(text, "-> "); ok {
		o.Kind, o.Mode, o.Content, o.Target = view.Link, 0, "", target
	}
	return o
}

// plan gives the changes as people read them, or the error.
func plan(name string, args op.Arguments, v view.View) (text, diff string, changes []op.Change) {
	for _, d := range op.All() {
		if d.Name != name {
			continue
		}
		full := op.Arguments{}
		for _, p := range d.Params {
			full[p.Name] = p.Default
		}
		for k, x := range args {
			full[k] = x
		}
		o, err := d.New(full)
		if err == nil {
			changes, err = o.Plan(context.Background(), v)
		}
		if err != nil {
			return err.Error(), "", nil
		}
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.Describe())
		diff += c.Diff()
	}
	return strings.Join(lines, "\n"), diff, changes
}

// What is no argument is refused before the host is looked at.
func TestArgumentsAreChecked(t *testing.T) {
	for _, c := range []struct {
		op, want string
		args     op.Arguments
	}{
		{"file", `"etc/x" is no absolute path`, op.Arguments{"path": "etc/x"}},
		{"file", `"/etc/../x" is not a plain path`, op.Arguments{"path": "/etc/../x"}},
		{"directory", "the root directory", op.Arguments{"path": "/"}},
		{"file", `"rw" is no mode`, op.Arguments{"path": "/x", "mode": "rw"}},
		{"file", `"10777" is no mode`, op.Arguments{"path": "/x", "mode": "10777"}},
		{"line", "newline", op.Arguments{"path": "/x", "text": "a\nb"}},
		{"line", "no regular expression", op.Arguments{"path": "/x", "text": "a", "match": "("}},
		{"block", "has the mark", op.Arguments{"path": "/x", "text": "# END armonic"}},
		{"block", "comment must be", op.Arguments{"path": "/x", "text": "a", "comment": ""}},
		{"ini", "is no section", op.Arguments{"path": "/x", "section": "[a]", "key": "k"}},
		{"ini", "is no key", op.Arguments{"path": "/x", "section": "a", "key": "#k"}},
		{"augeas", `"Shellvars" is no lens`, op.Arguments{"path": "/x", "lens": "Shellvars", "set": "A\n1"}},
		{"augeas", "for a pattern", op.Arguments{"path": "/x*", "lens": "Shellvars.lns", "set": "A\n1"}},
		{"augeas", "nothing is set in /x", op.Arguments{"path": "/x", "lens": "Shellvars.lns"}},
		{"augeas", "is no path below that of a file", op.Arguments{"path": "/x", "lens": "Shellvars.lns", "set": "/files/x/A\n1"}},
		{"packages", "no package is named", op.Arguments{}},
		{"packages", `"Nginx" is no name of a package`, op.Arguments{"names": "Nginx"}},
		{"packages", "is no version of nginx", op.Arguments{"names": "nginx=1.*"}},
		{"packages", "version is for one package", op.Arguments{"names": "a1\nb1", "version": "1"}},
		{"packages", "purge is for packages that are not", op.Arguments{"names": "nginx", "purge": "True"}},
		{"packages", `data is "all"`, op.Arguments{"names": "nginx", "data": "all"}},
		{"repository", "is no name of a repository", op.Arguments{"name": "a/b"}},
		{"repository", "has no uris", op.Arguments{"name": "a"}},
		{"repository", "has no components", op.Arguments{"name": "a", "uris": "https://x.org", "suites": "bookworm"}},
		{"repository", "no public key", op.Arguments{"name": "a", "uris": "https://x.org", "suites": "./", "key": "0x12"}},
		{"link", "is no target", op.Arguments{"path": "/x", "target": ""}},
	} {
		if got, _, _ := plan(c.op, c.args, view.NewMemory()); !strings.Contains(got, c.want) {
			t.Errorf("%s %v: %s, want %s", c.op, c.args, got, c.want)
		}
	}
}

// Two edits of one file in one overlay see each other, and the host is as it was.
func TestAnOverlayChangesNothing(t *testing.T) {
	m := view.NewMemory()
	put(t, m, "/etc/conf", object(m, "a\n"))
	v := view.NewOverlay(m)
	for _, text := range []string{"b", "c"} {
		_, _, changes := plan("line", op.Arguments{"path": "/etc/conf", "text": text}, v)
		for _, c := range changes {
			apply(t, v, c)
		}
	}
	would, _ := v.Get("/etc/conf")
	is, _ := m.Get("/etc/conf")
	if diff := cmp.Diff([]string{"a\nb\nc\n", "a\n"}, []string{would.Content, is.Content}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
