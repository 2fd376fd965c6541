package spec

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rolling says how a require that is given several times is rolled out: some at a time. The
// zero value is all at once.
type Rolling struct {
	Serial  string        `json:"serial,omitempty"`   // how many at a time: a number, or a share of all: "25%"; "" is all
	Canary  int           `json:"canary,omitempty"`   // how many go first, alone
	MaxFail int           `json:"max_fail,omitempty"` // how many may fail before no more are begun
	Pause   time.Duration `json:"pause,omitempty"`    // between one batch and the next
	Check   string        `json:"check,omitempty"`    // a provide that is called for each that is done, before the next batch begins
	Drain   string        `json:"drain,omitempty"`    // a provide of who requires them, called for each that is in use before it is changed
	Enable  string        `json:"enable,omitempty"`   // and one that is called when it is done
}

const rollingHint = "for example 2, or 25%%,canary=1,max-fail=1,pause=30s,check=status"

// ParseRolling reads "2", "serial=2" or "25%,canary=1,max-fail=1,pause=30s,check=status". The
// error is Invalid.
func ParseRolling(text string) (r Rolling, err error) {
	for i, part := range strings.Split(text, ",") {
		key, val, named := strings.Cut(strings.TrimSpace(part), "=")
		if !named && i == 0 {
			key, val = "serial", key
		}
		switch key {
		case "serial":
			r.Serial = val
		case "canary":
			r.Canary, err = strconv.Atoi(val)
		case "max-fail":
			r.MaxFail, err = strconv.Atoi(val)
		case "pause":
			r.Pause, err = time.ParseDuration(val)
		case "check":
			r.Check = val
		case "drain":
			r.Drain = val
		case "enable":
			r.Enable = val
		default:
			return r, Errorf(Invalid, "%q: there is no %q", text, part).WithHint(rollingHint)
		}
		if err != nil {
			return r, Errorf(Invalid, "%q: %q does not say how many, or how long", text, part).WithHint(rollingHint)
		}
	}
	return r, r.Valid()
}

// Valid says what is wrong with it. The error is Invalid.
func (r Rolling) Valid() error {
	for name, n := range map[string]int{"canary": r.Canary, "max-fail": r.MaxFail, "pause": int(r.Pause)} {
		if n < 0 {
			return Errorf(Invalid, "%s is less than nothing", name)
		}
	}
	if _, _, ok := r.serial(); !ok {
		return Errorf(Invalid, "%q does not say how many at a time", r.Serial).WithHint("a number of at least 1, or a share such as 25%%")
	}
	if r.Check != "" && strings.ContainsAny(r.Check, " ,\n") {
		return Errorf(Invalid, "%q names no provide to check with", r.Check).WithHint("the name of a provide, or a pattern such as //Monitor//probe")
	}
	for _, name := range []string{r.Drain, r.Enable} {
		if strings.ContainsAny(name, " ,\n/") {
			return Errorf(Invalid, "%q names no provide of who requires them", name).WithHint("the name of a provide of the same lifecycle as the require, such as drain")
		}
	}
	return nil
}

// Or is r, which somebody decided, with what only the module can know from how it declares
// the require to be rolled out.
func (r Rolling) Or(declared Rolling) Rolling {
	r.Drain, r.Enable = cmp.Or(r.Drain, declared.Drain), cmp.Or(r.Enable, declared.Enable)
	return r
}

// String is what ParseRolling reads.
func (r Rolling) String() string {
	parts := []string{r.Serial}
	if r.Serial == "" {
		parts[0] = "100%"
	}
	add := func(key string, val any, is bool) {
		if is {
			parts = append(parts, fmt.Sprintf("%s=%v", key, val))
		}
	}
	add("canary", r.Canary, r.Canary > 0)
	add("max-fail", r.MaxFail, r.MaxFail > 0)
	add("pause", r.Pause, r.Pause > 0)
	add("check", r.Check, r.Check != "")
	add("drain", r.Drain, r.Drain != "")
	add("enable", r.Enable, r.Enable != "")
	return strings.Join(parts, ",")
}

// Sizes are those of the batches of n.
func (r Rolling) Sizes(n int) []int {
	var out []int
	take := func(most int) {
		if x := min(most, n); x > 0 {
			out, n = append(out, x), n-x
		}
	}
	size, share, _ := r.serial()
	if share {
		size = int(math.Ceil(float64(n) * float64(size) / 100))
	}
	for take(r.Canary); n > 0; {
		take(max(1, size))
	}
	return out
}

// serial is how many at a time, or how many hundredths of all.
func (r Rolling) serial() (size int, share, ok bool) {
	if r.Serial == "" {
		return 100, true, true
	}
	text, share := strings.CutSuffix(r.Serial, "%")
	size, err := strconv.Atoi(text)
	return size, share, err == nil && size >= 1 && (!share || size <= 100)
}

// Checks is the provide that is called for one whose provide is done.
func (r Rolling) Checks(done Path) Pattern {
	if r.Check == "" || strings.HasPrefix(r.Check, "/") {
		return Pattern(r.Check)
	}
	return Pattern("//" + done.Lifecycle() + "//" + r.Check)
}
