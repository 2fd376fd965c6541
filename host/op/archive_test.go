package op_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
)

// tarOf makes an archive: of a header each, in which the target of a file is its content.
func tarOf(headers ...tar.Header) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content, h.Linkname = h.Linkname, ""
		}
		h.Size = int64(len(content))
		if w.WriteHeader(&h) == nil {
			_, _ = w.Write([]byte(content))
		}
	}
	_ = w.Close()
	return b.String()
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func archiveSamples() []sample {
	release := tarOf(
		tar.Header{Name: "app-1.0/", Typeflag: tar.TypeDir, Mode: 0o755},
		tar.Header{Name: "app-1.0/bin/run", Typeflag: tar.TypeReg, Mode: 0o4755, Linkname: "run\n"},
		tar.Header{Name: "app-1.0/bin-x", Typeflag: tar.TypeReg, Mode: 0o644, Linkname: "x\n"},
		tar.Header{Name: "app-1.0/bin/again", Typeflag: tar.TypeLink, Mode: 0o755, Linkname: "app-1.0/bin/run"},
		tar.Header{Name: "app-1.0/current", Typeflag: tar.TypeSymlink, Linkname: "bin"},
		tar.Header{Name: "app-1.0/private/", Typeflag: tar.TypeDir, Mode: 0o700},
		tar.Header{Name: "app-1.0/private/key", Typeflag: tar.TypeReg, Mode: 0o600, Linkname: "k"},
	)
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	if f, err := w.Create("a/b.txt"); err == nil {
		_, _ = f.Write([]byte("b\n"))
	}
	_ = w.Close()
	args := func(content string, more ...string) op.Arguments {
		out := op.Arguments{"path": "DIR/app", "content": content}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	const all = "+ DIR/app (directory, 0755 ME)\n+ DIR/app/bin (directory, 0755 ME)\n+ DIR/app/bin/again (0755 ME)\n+ DIR/app/bin/run (0755 ME)\n+ DIR/app/bin-x (0644 ME)\n" +
		"+ DIR/app/current (link to bin)\n+ DIR/app/private (directory, 0700 ME)\n+ DIR/app/private/key (0600 ME)"
	const diff = "@@ -0,0 +1 @@\n+run\n@@ -0,0 +1 @@\n+run\n@@ -0,0 +1 @@\n+x\n"
	return []sample{
		{op: "archive", args: args(release, "strip", "1"), want: all, diff: diff},
		{op: "archive", args: args(zipped(release), "strip", "1"), want: all, diff: diff},
		{op: "archive", args: args(z.String()), want: "+ DIR/app (directory, 0755 ME)\n+ DIR/app/a (directory, 0755 ME)\n+ DIR/app/a/b.txt (0644 ME)", diff: "@@ -0,0 +1 @@\n+b\n"},
		{op: "archive", args: args(z.String()), files: map[string]string{"app": "/", "app/a": "/", "app/a/b.txt": "b\n", "app/theirs": "x"}},
		{op: "archive", args: args(release, "strip", "3"), want: "nothing in it"},
		{op: "archive", args: args(tarOf(tar.Header{Name: "../x", Typeflag: tar.TypeReg})), want: `"../x" in it, which is not below`},
		{op: "archive", args: args(tarOf(tar.Header{Name: "/etc/x", Typeflag: tar.TypeReg})), want: `"/etc/x" in it, which is not below`},
		{op: "archive", args: args(tarOf(tar.Header{Name: "x", Typeflag: tar.TypeFifo})), want: "a device or the like"},
		{op: "archive", args: args(tarOf(tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}, tar.Header{Name: "l/x", Typeflag: tar.TypeReg})), want: "no directory"},
		{op: "archive", args: args("no archive"), want: "the archive cannot be read"},
		{op: "archive", args: args(release, "strip", "-1"), want: "strip is"},
	}
}

// Much in little is not unpacked.
func TestAnArchiveThatIsTooLarge(t *testing.T) {
	big := zipped(tarOf(tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o644, Linkname: strings.Repeat("0", 65<<20)}))
	for _, d := range op.All() {
		if d.Name != "archive" {
			continue
		}
		if _, err := d.New(op.Arguments{"path": "/srv/x", "content": big, "strip": "0"}); err == nil || !strings.Contains(err.Error(), "more than 5000 files or 64 MiB") {
			t.Errorf("%v", err)
		}
	}
}
