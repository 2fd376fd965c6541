package output_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/armonic/armonic/cli/output"
)

func TestStreamsAreCleaned(t *testing.T) {
	for _, tt := range []struct{ in, want, ascii string }{
		{"a\tb\nc\n", "a\tb\nc\n", "a\tb\nc\n"},
		{"\x1b[31mred\x07\r\x7f", ".[31mred...", ".[31mred..."},
		{"\u009b2J \u202edlo\u200b", ".2J dlo", ".2J dlo"},
		{"été •••, and so on…", "été •••, and so on…", "?t? ***, and so on..."},
		{"\xff\x9b", "\ufffd\ufffd", "??"},
	} {
		for ascii, want := range map[bool]string{false: tt.want, true: tt.ascii} {
			var whole, bytewise strings.Builder
			s := output.Streams{Out: &whole, Err: &bytewise}.Cleaned(ascii)
			_, _ = io.WriteString(s.Out, tt.in)
			_, _ = io.Copy(struct{ io.Writer }{s.Err}, iotest.OneByteReader(strings.NewReader(tt.in)))
			if whole.String() != want || bytewise.String() != want {
				t.Errorf("%q became %q and, byte by byte, %q; want %q", tt.in, whole.String(), bytewise.String(), want)
			}
		}
	}
}

func TestPrintfKeepsItsArgumentsOnTheLine(t *testing.T) {
	var b strings.Builder
	output.Printf(&b, "%-4s %*d|%v|%q\n", "a\nb", 3, 7, []string{"c\td"}, "\x1b")
	if got, want := b.String(), "a b    7|[c d]|\"\\x1b\"\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheLocaleSaysWhatCanBeShown(t *testing.T) {
	for env, want := range map[string]bool{
		"": false, "LC_ALL=C": true, "LANG=C": true, "LANG=en_US.ISO-8859-1": true, "LANG=de_DE.UTF-8": false, "LC_CTYPE=C.utf8": false,
		"LC_ALL=C LANG=de_DE.UTF-8": true, "LC_ALL=C.UTF-8 LANG=C": false,
	} {
		vars := map[string]string{}
		for _, f := range strings.Fields(env) {
			k, v, _ := strings.Cut(f, "=")
			vars[k] = v
		}
		if got := output.ASCIIOnly(func(k string) string { return vars[k] }); got != want {
			t.Errorf("%s: %v", env, got)
		}
	}
}
