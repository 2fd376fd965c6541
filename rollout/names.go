package rollout

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// NewID makes the id of a deployment, or of a run of none. It cannot be guessed: who
// knows it may read the room of its log.
func NewID(now time.Time) string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails
	return now.UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b)
}

// far is how far a revision is beyond that of who carried the deployment out before.
func (o Options) far() int {
	if o.leap != nil {
		return o.leap()
	}
	return leap()
}

// leap is a random number of 1 to 65536.
func leap() int {
	b := make([]byte, 2)
	_, _ = rand.Read(b) // never fails
	return 1 + int(b[0])<<8 + int(b[1])
}

// NameOf is what a deployment is called that nobody gave a name: "proxy-lb1" for
// /lb1/Proxy/Active/start.
func NameOf(root spec.Path) string {
	name := strings.ToLower(root.Lifecycle())
	if h := root.Host(); h != "" {
		name += "-" + string(h)
	}
	return name
}

// DefaultName is what a deployment of a session that has a plan is called, unless somebody
// names it.
func DefaultName(s *deploy.Session) string {
	tops := s.Result().Tops()
	root := tops[0].Provide.Path
	if s.Result().Root.Several {
		return fmt.Sprintf("%s-on-%d", strings.ToLower(root.Lifecycle()), len(tops))
	}
	return NameOf(root)
}

// CheckName refuses a name that could be taken for something else.
func CheckName(name string) error {
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f }) {
		return spec.Errorf(spec.Invalid, "%q is no name of a deployment", name).WithHint("up to 64 characters without spaces and slashes, such as shop")
	}
	return nil
}

// runID names an attempt: a run that ended is never executed again.
func runID(d spec.DeploymentID, t resolver.TaskID, attempt int) spec.RunID {
	id := string(d) + "/" + string(t)
	if attempt > 1 {
		id = spec.Indexed(id, attempt)
	}
	return spec.RunID(id)
}

// planner is the end of the ids of tasks that are planned while the deployment is carried out:
// who takes it over may not know what another one planned, and a run of its own must not be
// taken for that one's, which was executed already.
func (s *State) planner() string {
	if s.epoch == 0 {
		return ""
	}
	return "." + strconv.FormatInt(int64(s.epoch), 36)
}

// runsOf begins the ids of all runs of a node, also of those of which one who carries the
// deployment out at the same time knows and another does not.
func runsOf(d spec.DeploymentID, n resolver.NodeID) string {
	return string(d) + "/" + string(n) + "#"
}

// isRunOf reports whether a run is an attempt at a task.
func isRunOf(id spec.RunID, d spec.DeploymentID, t resolver.TaskID) bool {
	first := runID(d, t, 1)
	return id == first || strings.HasPrefix(string(id), string(first)+"[")
}

// DeploymentOf is the deployment that a run is part of, by its name; "" if it is none's.
func DeploymentOf(id spec.RunID) spec.DeploymentID {
	d, _, ok := strings.Cut(string(id), "/")
	if !ok {
		return ""
	}
	return spec.DeploymentID(d)
}
