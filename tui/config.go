package tui

import (
	"os"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
	"github.com/armonic/armonic/value"
)

// Config is what the UI is given. Fleet, In and Out are required.
type Config struct {
	Fleet   deploy.Fleet
	Theme   string                   // one of widget.Themes(); "" is auto
	Glyphs  string                   // one of widget.GlyphSets(); "" is unicode
	Keys    map[widget.Action]string // other keys for actions, separated by blanks
	By      string                   // who asks, for the agents' history
	Seal    value.Sealer             // for secrets in saved answers; nil leaves them out
	Logs    *rollout.Store           // keeps deployments; nil keeps none, as for the demo
	Drafts  Drafts                   // keeps answers that were not run; nil keeps none
	Groups  deploy.Groups            // of hosts, by their names
	Approve []rollout.Demand         // who has to approve deployments
	Pattern spec.Pattern             // what to deploy first; "" begins with the fleet

	Tour     bool // begins with the tour of the demo
	ReadOnly bool // nothing is changed: what would change a server is refused

	In, Out *os.File
	Env     func(string) string // nil is os.Getenv: TERM, NO_COLOR, TMUX

	Now  func() time.Time // nil is time.Now
	Pace time.Duration    // between two looks at what runs; 0 is 80 ms
	Poll time.Duration    // between two looks at the links; 0 is 500 ms

	// Write saves a file; nil writes a new file in the working directory.
	Write func(name string, data []byte) error
	// Read reads a file; nil is os.ReadFile.
	Read func(name string) ([]byte, error)
}

// Outcome is what is left when the UI was closed.
type Outcome struct {
	Text    string             // a summary, for the terminal's ordinary screen
	Running []*rollout.Rollout // what the operator left running; whoever called decides how to follow it
	Failed  bool               // a deployment ended with a failure
}

func (c Config) withDefaults() Config {
	if c.Env == nil {
		c.Env = os.Getenv
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Pace == 0 {
		c.Pace = 80 * time.Millisecond
	}
	if c.Poll == 0 {
		c.Poll = 500 * time.Millisecond
	}
	if c.Read == nil {
		c.Read = os.ReadFile
	}
	if c.Write == nil {
		c.Write = writeNew
	}
	return c
}

// writeNew writes a file that must not exist: nothing is overwritten by a slip.
func writeNew(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
