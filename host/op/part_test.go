package op_test

import (
	"testing"

	"github.com/armonic/armonic/host/op"
)

// What was written is taken out, whatever else was changed; where it is not there as it was,
// nothing is.
func TestTakeOut(t *testing.T) {
	for _, c := range []struct{ before, after, now, want string }{
		{"", "a\n", "a\n", ""},
		{"h\n", "h\na\n", "h\na\nby hand\n", "h\nby hand\n"},
		{"h\n", "h\na\n", "first\nh\na\nother\n", "first\nh\nother\n"},
		{"h\nport 80\nz\n", "h\nport 81\nz\n", "h\nmore\nport 81\nz\nend\n", "h\nmore\nport 80\nz\nend\n"},
		{"", "# BEGIN x\nb\n# END x\n", "a\n# BEGIN x\nb\n# END x\nc\n", "a\nc\n"},
		{"h", "h\na\n", "h\na\nb\n", "hb\n"}, // it had no newline at its end
	} {
		if got, ok := op.TakeOut(c.before, c.after, c.now); !ok || got != c.want {
			t.Errorf("%q -> %q, now %q: %q, %v, want %q", c.before, c.after, c.now, got, ok, c.want)
		}
	}
	for _, c := range [][3]string{
		{"h\n", "h\na\n", "h\n"}, {"h\n", "h\na\n", "h\na changed\n"}, {"h\n", "h\na\n", "a\nh\na\n"}, {"h\na\n", "h\n", "h\nb\n"},
	} {
		if got, ok := op.TakeOut(c[0], c[1], c[2]); ok {
			t.Errorf("%q -> %q, now %q: %q", c[0], c[1], c[2], got)
		}
	}
}
