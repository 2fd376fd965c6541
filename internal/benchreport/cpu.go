package benchreport

import (
	"syscall"
	"testing"
	"time"
)

// CPUTime is what this process has used so far, collecting garbage included: where others are
// at work as well, it tells more than the clock.
func CPUTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
